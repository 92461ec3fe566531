import { indexParts } from './index-parts.ts';
import type { PartFinder } from './part-finder.ts';
import { RequestFacts } from './request-facts.ts';
import { orderedParts, type RoutePart } from './route-parts.ts';
import type { Routable, RouteMatch, Router, RouterFlavor, RouterRequest } from './router.ts';
import { Search } from './search.ts';
import { isStreamRoute } from './stream-router.ts';
import { TraditionalFinder } from './traditional-finder.ts';

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

  constructor(parts: readonly RoutePart<Target>[], flavor: RouterFlavor) {
    this.#finder = flavor === 'traditional' ? new TraditionalFinder(parts) : indexParts(parts);
    this.#search = new Search(new RequestFacts(flavor));
  }

  match(request: RouterRequest): RouteMatch<Target> | null {
    const search = this.#search;
    search.facts.load(request);
    search.reset();
    this.#finder.find(search);
    return search.result();
  }
}
