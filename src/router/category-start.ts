import type { Route, RouteEndpoint } from '../entities/route.ts';
import { indexOfHeader } from '../lib/header-list.ts';
import { indexParts } from './index-parts.ts';
import type { PartFinder } from './part-finder.ts';
import type { RequestFacts } from './request-facts.ts';
import { orderedParts, type RoutePart } from './route-parts.ts';
import type { Routable } from './router.ts';
import { Search } from './search.ts';

/** Bit of the headers in {@link PartRank.kinds}. */
const HEADERS = 32;

/**
 * Where the search begins in `traditional`. Kong puts routes with the same kinds of conditions into a category, notes
 * for which kinds a request meets the condition of any route, and begins with the category of just these kinds. That
 * leaves out nothing that could match, except on plain http: there routes with `snis` match any request, but they are
 * tried only if they come later.
 */
export class CategoryStart {
  readonly #starts = new Map<number, number>();
  readonly #headerNames: readonly string[];
  /** For each kind, by its bit, parts with its condition alone. */
  readonly #finders: readonly (readonly [number, PartFinder<Routable>])[];

  /** @param parts in their order */
  constructor(parts: readonly RoutePart<Routable>[]) {
    for (const [order, { rank }] of parts.entries()) {
      if (!this.#starts.has(rank.kinds)) this.#starts.set(rank.kinds, order);
    }
    const routes = [...new Set(parts.map(({ target }) => target.route))];
    this.#headerNames = [...new Set(routes.flatMap(({ headers }) => Object.keys(headers ?? {})))];
    const only = (fields: (route: Route) => Partial<Route>): PartFinder<Routable> =>
      indexParts(
        orderedParts(
          routes.map((route) => ({ route: { ...route, ...bare, ...fields(route) } })),
          'traditional',
        ),
      );
    this.#finders = [
      [64, only(({ hosts }) => ({ hosts }))],
      [16, only(({ paths }) => ({ paths }))],
      [8, only(({ methods }) => ({ methods }))],
      [2, only(({ sources }) => ({ sources: eitherOf(sources) }))],
      [1, only(({ destinations }) => ({ destinations: eitherOf(destinations) }))],
    ];
  }

  /** Place of the first part that is tried; beyond the last when the request meets no condition at all. */
  of(facts: RequestFacts): number {
    if (facts.request.scheme !== 'http') return 0;
    const { rawHeaders } = facts.request;
    let kinds = this.#headerNames.some((name) => indexOfHeader(rawHeaders, name, 0) >= 0) ? HEADERS : 0;
    for (const [kind, finder] of this.#finders) if (finds(finder, facts)) kinds |= kind;
    return kinds === 0 ? Number.POSITIVE_INFINITY : (this.#starts.get(kinds) ?? 0);
  }
}

function finds(finder: PartFinder<Routable>, facts: RequestFacts): boolean {
  const search = new Search<Routable>(facts);
  finder.find(search);
  return search.order !== Number.POSITIVE_INFINITY;
}

const bare: Partial<Route> = {
  methods: null,
  hosts: null,
  paths: null,
  headers: null,
  snis: null,
  sources: null,
  destinations: null,
};

/** Kong looks for the address and the port apart. */
function eitherOf(endpoints: readonly RouteEndpoint[] | null): readonly RouteEndpoint[] | null {
  if (endpoints === null) return null;
  return endpoints.flatMap(({ ip, port }) => [
    ...(ip === null ? [] : [{ ip, port: null }]),
    ...(port === null ? [] : [{ ip: null, port }]),
  ]);
}
