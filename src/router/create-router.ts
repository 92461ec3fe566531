import { CategoryStart } from './category-start.ts';
import { indexParts } from './index-parts.ts';
import type { PartFinder } from './part-finder.ts';
import { RequestFacts } from './request-facts.ts';
import { orderedParts, type RoutePart } from './route-parts.ts';
import type { Routable, RouteMatch, Router, RouterFlavor, RouterRequest } from './router.ts';
import { Search } from './search.ts';
import { isStreamRoute } from './stream-router.ts';

/**
 * The router of HTTP and gRPC routes; targets with routes of other protocols are left out. Routes are tried in the order
 * of their flavour and the first that matches wins.
 */
export function createRouter<Target extends Routable>(
  targets: readonly Target[],
  flavor: RouterFlavor,
): Router<Target> {
  const ours = targets.filter(({ route }) => !isStreamRoute(route));
  return new IndexedRouter(orderedParts(ours, flavor), flavor);
}

class IndexedRouter<Target extends Routable> implements Router<Target> {
  readonly #finder: PartFinder<Target>;
  readonly #search: Search<Target>;
  readonly #start: CategoryStart | null;

  constructor(parts: readonly RoutePart<Target>[], flavor: RouterFlavor) {
    this.#finder = indexParts(parts);
    this.#search = new Search(new RequestFacts(flavor));
    this.#start =
      flavor === 'traditional' && parts.some(({ serverNames }) => serverNames !== null)
        ? new CategoryStart(parts)
        : null;
  }

  match(request: RouterRequest): RouteMatch<Target> | null {
    const search = this.#search;
    search.facts.load(request);
    if (this.#start !== null) search.facts.firstOrder = this.#start.of(search.facts);
    search.reset();
    this.#finder.find(search);
    return search.result();
  }
}
