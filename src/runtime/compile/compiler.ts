import type { ConsumerGroup } from '../../entities/consumer-group.ts';
import { emptyEntitySet, type EntitySet } from '../../entities/entity-set.ts';
import { groupsByConsumer } from '../../entities/group-members.ts';
import type { Plugin } from '../../entities/plugin.ts';
import type { Route } from '../../entities/route.ts';
import { once } from '../../lib/once.ts';
import type { Logger } from '../../pdk/log.ts';
import type { RouterFlavor } from '../../router/router.ts';
import { CertificateTable } from '../listen/certificate-table.ts';
import { ClientCertificateNames } from '../listen/client-certificate-names.ts';
import type { TlsPolicy } from '../listen/tls-policy.ts';
import { Snapshot } from '../snapshot.ts';
import type { UpstreamRegistry } from '../upstream/upstream-registry.ts';
import { CompiledRoutes, type RoutePlan } from './compiled-routes.ts';
import { type EntityChanges, entityChanges, idsIn, renamedIn } from './entity-changes.ts';
import { EntityIndexes } from './entity-indexes.ts';
import { Lifetimes } from './lifetimes.ts';
import { type HandlerContext, type HandlerPlan, PluginHandlers } from './plugin-handlers.ts';
import { RouterUpkeep } from './router-upkeep.ts';
import { type BindingChange, ServiceBindings } from './service-bindings.ts';

/** What compiling needs beside the entities. */
export interface CompilerContext extends HandlerContext {
  readonly upstreams: UpstreamRegistry;
  readonly tls: TlsPolicy;
  readonly log: Logger;
  /** The flavor that is stated; `null`: what the routes need. */
  readonly routerFlavor: RouterFlavor | null;
}

/** What a compiled config consists of beside its routes and plugins; shared by snapshots while it is the same. */
interface Tables {
  readonly certificates: CertificateTable;
  readonly groups: () => ReadonlyMap<string, readonly ConsumerGroup[]>;
  readonly wanting: ReadonlyMap<string, Plugin>;
  readonly clientCertificateNames: ClientCertificateNames;
}

/**
 * Compiles checked entities into one snapshot after the other. Each is made from the one before: what depends on rows
 * that are the same objects in both configs is taken over, so that a change costs what it changes. Nothing here touches
 * the network. When something cannot be built, the error goes on and nothing has changed: the caller keeps its snapshot.
 */
export class Compiler {
  readonly #context: CompilerContext;
  readonly #lifetimes = new Lifetimes();
  readonly #indexes = new EntityIndexes();
  readonly #handlers: PluginHandlers;
  readonly #bindings: ServiceBindings;
  readonly #routes: CompiledRoutes;
  readonly #upkeep = new RouterUpkeep();
  #entities = emptyEntitySet;
  #tables: Tables | null = null;

  constructor(context: CompilerContext) {
    this.#context = context;
    this.#handlers = new PluginHandlers(context, this.#lifetimes);
    this.#bindings = new ServiceBindings(context.upstreams, this.#lifetimes);
    this.#routes = new CompiledRoutes(context.routerFlavor ?? 'traditional_compatible');
  }

  /**
   * Compiles a config; the snapshot holds what it uses until it is retired.
   *
   * @throws {CertificateError} for a certificate that cannot be served
   * @throws {Error} what a plugin throws that cannot be built
   */
  compile(entities: EntitySet, hash: string): Snapshot {
    const changes = entityChanges(this.#entities, entities);
    this.#indexes.change(changes);
    const undo: (() => void)[] = [() => this.#indexes.undo(changes)];
    try {
      const certificates = this.#certificates(entities);
      const handlers = this.#planHandlers(entities, changes);
      undo.push(handlers.discard);
      const bindings = this.#bindings.change(this.#entities, entities, idsIn(changes.services));
      undo.push(() => bindings.discard());
      const routes = this.#planRoutes(entities, changes, handlers, bindings);
      this.#commit(handlers, bindings, routes);
      const wanting = this.#handlers.wanting;
      const clientCertificateNames = this.#clientCertificateNames(entities, wanting);
      this.#tables = { certificates, groups: this.#groups(entities), wanting, clientCertificateNames };
      this.#entities = entities;
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    }
    return this.#snapshot(hash, this.#tables);
  }

  /** Takes other entities for those of the last snapshot, which mean the same: the next ones are compared with them. */
  adopt(entities: EntitySet): void {
    this.#bindings.adopt(this.#entities, entities);
    this.#entities = entities;
  }

  /** Ends what it does in the background. */
  close(): void {
    this.#upkeep.close();
  }

  #planHandlers(after: EntitySet, changes: EntityChanges): HandlerPlan {
    return this.#handlers.plan({
      before: this.#entities,
      after,
      plugins: changes.plugins,
      renamed: renamedIn(changes),
      nameOf: this.#indexes.nameOf,
    });
  }

  #planRoutes(
    { routes }: EntitySet,
    changes: EntityChanges,
    handlers: HandlerPlan,
    bindings: BindingChange,
  ): RoutePlan {
    const indexes = this.#indexes;
    const flavor = this.#context.routerFlavor ?? (indexes.hasExpressions ? 'expressions' : 'traditional_compatible');
    return this.#routes.plan({
      flavor,
      routes,
      isOtherList: routes !== this.#entities.routes,
      affected: this.#affected(routes, changes, bindings, flavor),
      rechained: this.#rechained(handlers),
      routeOf: (id) => indexes.routes.get(id),
      serviceOf: (id) => indexes.services.get(id),
      chainOf: (routeId, serviceId) => this.#handlers.table.chainOf(routeId, serviceId),
      bindings,
      frozen: this.#upkeep.frozen,
    });
  }

  /** Ids of the routes that must be compiled anew, those included that are gone. */
  #affected(
    routes: readonly Route[],
    changes: EntityChanges,
    bindings: BindingChange,
    flavor: RouterFlavor,
  ): ReadonlySet<string> {
    if (flavor !== this.#routes.tables.flavor)
      return new Set([...idsIn(changes.routes), ...routes.map(({ id }) => id)]);
    const affected = new Set(idsIn(changes.routes));
    for (const serviceId of bindings.stale) for (const id of this.#indexes.routesOf(serviceId)) affected.add(id);
    return affected;
  }

  /** Ids of the routes that have other plugins; `null` for all. */
  #rechained({ removed, added }: HandlerPlan): ReadonlySet<string> | null {
    const rechained = new Set<string>();
    for (const { plugin } of [...removed, ...added]) {
      const { route, service } = plugin;
      if (route !== null) rechained.add(route.id);
      else if (service !== null) for (const id of this.#indexes.routesOf(service.id)) rechained.add(id);
      else return null;
    }
    return rechained;
  }

  #commit(handlers: HandlerPlan, bindings: BindingChange, routes: RoutePlan): void {
    const number = this.#lifetimes.next;
    this.#handlers.commit(handlers, this.#indexes.nameOf, number);
    bindings.commit(number);
    this.#routes.commit(routes);
    this.#upkeep.watch(this.#routes.tables.router);
  }

  #snapshot(hash: string, tables: Tables): Snapshot {
    const number = this.#lifetimes.open();
    const { router, slots, streamRouter, streamRoutes } = this.#routes.tables;
    return new Snapshot({
      hash,
      entities: this.#entities,
      router,
      routes: slots,
      streamRouter,
      streamRoutes,
      globalChain: this.#handlers.table.globalChain.chain,
      ...tables,
      release: () => this.#lifetimes.close(number),
    });
  }

  #certificates(entities: EntitySet): CertificateTable {
    const { certificates, snis } = this.#entities;
    const known = this.#tables?.certificates ?? null;
    if (known !== null && certificates === entities.certificates && snis === entities.snis) return known;
    const table = new CertificateTable(entities, this.#context.tls, known);
    for (const id of table.unread) {
      this.#context.log.warn({ certificate: id }, 'a certificate is not served: gw reads no vaults yet');
    }
    return table;
  }

  #groups(entities: EntitySet): Tables['groups'] {
    const { consumer_groups: groups, consumer_group_consumers: members } = this.#entities;
    const isSame = groups === entities.consumer_groups && members === entities.consumer_group_consumers;
    // Not before a consumer comes: memberships change many at a time.
    return isSame && this.#tables !== null ? this.#tables.groups : once(() => groupsByConsumer(entities));
  }

  #clientCertificateNames(entities: EntitySet, wanting: ReadonlyMap<string, Plugin>): ClientCertificateNames {
    const known = this.#tables;
    if (known?.wanting === wanting && entities.routes === this.#entities.routes) return known.clientCertificateNames;
    return new ClientCertificateNames([...wanting.values()], (plugin) => this.#routesFor(plugin));
  }

  /** The routes that a plugin is for; `null` for any. */
  #routesFor({ route, service }: Plugin): readonly Route[] | null {
    const { routes } = this.#indexes;
    if (route === null && service === null) return null;
    const ids = route === null ? [...this.#indexes.routesOf(service?.id ?? '')] : [route.id];
    return ids.flatMap((id) => routes.get(id) ?? []);
  }
}
