import type { Consumer } from '../../entities/consumer.ts';
import type { ConsumerGroup } from '../../entities/consumer-group.ts';
import type { Route } from '../../entities/route.ts';
import type { Service } from '../../entities/service.ts';
import type { ListChanges } from '../../lib/list-changes.ts';
import { labelOf, type NameLookup } from '../plugin-scope.ts';
import type { EntityChanges } from './entity-changes.ts';
import { RowIndex } from './row-index.ts';

/** Rows of a config by id, and routes by service, kept up to date change by change. */
export class EntityIndexes {
  readonly services = new RowIndex<Service>();
  readonly routes = new RowIndex<Route>();
  readonly #consumers = new RowIndex<Consumer>();
  readonly #groups = new RowIndex<ConsumerGroup>();
  readonly #routesOf = new Map<string, Set<string>>();
  #routesWithExpression = 0;

  readonly nameOf: NameLookup = (kind, id) => {
    if (kind === 'services') return labelOf(this.services.get(id), id);
    if (kind === 'routes') return labelOf(this.routes.get(id), id);
    return labelOf(kind === 'consumers' ? this.#consumers.get(id) : this.#groups.get(id), id);
  };

  /** Whether some route has an expression. */
  get hasExpressions(): boolean {
    return this.#routesWithExpression > 0;
  }

  /** Ids of the routes of a service. */
  routesOf(serviceId: string): Iterable<string> {
    return this.#routesOf.get(serviceId) ?? [];
  }

  change(changes: EntityChanges): void {
    this.services.change(changes.services);
    this.routes.change(changes.routes);
    this.#consumers.change(changes.consumers);
    this.#groups.change(changes.consumer_groups);
    this.#changeRoutes(changes.routes);
  }

  /** Takes {@link EntityIndexes.change} back. */
  undo(changes: EntityChanges): void {
    this.services.undo(changes.services);
    this.routes.undo(changes.routes);
    this.#consumers.undo(changes.consumers);
    this.#groups.undo(changes.consumer_groups);
    this.#changeRoutes({ removed: changes.routes.added, added: changes.routes.removed });
  }

  #changeRoutes({ removed, added }: ListChanges<Route>): void {
    for (const { id, service, expression } of removed) {
      if (expression !== null) this.#routesWithExpression--;
      const routes = service === null ? undefined : this.#routesOf.get(service.id);
      if (service === null || routes === undefined) continue;
      routes.delete(id);
      if (routes.size === 0) this.#routesOf.delete(service.id);
    }
    for (const { id, service, expression } of added) {
      if (expression !== null) this.#routesWithExpression++;
      if (service === null) continue;
      const routes = this.#routesOf.get(service.id);
      if (routes === undefined) this.#routesOf.set(service.id, new Set([id]));
      else routes.add(id);
    }
  }
}
