import { noConditions } from '../entities/defaults.ts';
import type { Route, RouteEndpoint } from '../entities/route.ts';
import { indexOfHeader } from '../lib/header-list.ts';
import { indexParts } from './index-parts.ts';
import type { PartFinder } from './part-finder.ts';
import type { RequestFacts } from './request-facts.ts';
import { type RoutePart, splitRoute } from './route-parts.ts';
import type { Routable } from './router.ts';
import { Search } from './search.ts';

/** Bits of the attributes in {@link PartRank.kinds}. */
const KINDS = { host: 64, headers: 32, path: 16, method: 8, sni: 4, source: 2, destination: 1 } as const;

/** Which conditions of routes, each looked at alone, a request meets: where Kong's traditional router begins to search. */
export interface Hits {
  /** {@link KINDS} of attributes of which the request meets the condition of some route. */
  readonly kinds: number;
  /** The host to look for; a wildcard where no plain host fits. */
  readonly host: string;
  /** The first header, in the order of routes, that the request has. */
  readonly header: string | null;
  /** The first regular expression that matches, without `~`, or the longest prefix. */
  readonly path: string | null;
}

/** Finds the hits of requests. */
export class TraditionalHits {
  readonly #plainHosts: ReadonlySet<string>;
  readonly #headers: readonly string[];
  readonly #methods: ReadonlySet<string>;
  readonly #wildcards: FirstValue;
  readonly #regexes: FirstValue;
  readonly #prefixes: FirstValue;
  readonly #sources: FirstValue;
  readonly #destinations: FirstValue;
  readonly #snis: ReadonlySet<string>;

  /** @param parts in the order that Kong puts all of them in before it makes categories */
  constructor(parts: readonly RoutePart<Routable>[]) {
    const routes = [...new Set(parts.map(({ target }) => target.route))];
    const hosts = unique(routes.flatMap((route) => route.hosts ?? []));
    const regexes = unique(parts.flatMap((part) => part.regexes ?? []));
    const prefixes = unique(parts.flatMap((part) => part.prefixes ?? []));
    this.#plainHosts = new Set(hosts.filter((host) => !host.includes('*')));
    this.#headers = unique(routes.flatMap(({ headers }) => Object.keys(headers ?? {})));
    this.#methods = new Set(parts.flatMap(({ methods }) => [...(methods ?? [])]));
    this.#snis = new Set(routes.flatMap(({ snis }) => snis ?? []).map((sni) => sni.replace(/(.)\.$/, '$1')));
    this.#wildcards = firstValue(hosts.filter((host) => host.includes('*')).map((host) => [host, { hosts: [host] }]));
    this.#regexes = firstValue(regexes.map((source) => [source, { paths: [`~${source}`] }]));
    this.#prefixes = firstValue(prefixes.sort((a, b) => b.length - a.length).map((path) => [path, { paths: [path] }]));
    this.#sources = firstValue(
      eitherOf(
        routes.flatMap(({ sources }) => sources ?? []),
        'sources',
      ),
    );
    this.#destinations = firstValue(
      eitherOf(
        routes.flatMap(({ destinations }) => destinations ?? []),
        'destinations',
      ),
    );
  }

  of(facts: RequestFacts): Hits {
    const { method, rawHeaders, sni } = facts.request;
    const isPlain = this.#hasPlainHost(facts);
    const wildcard = isPlain ? null : this.#wildcards(facts);
    const header = this.#headers.find((name) => indexOfHeader(rawHeaders, name, 0) >= 0) ?? null;
    const path = this.#regexes(facts) ?? this.#prefixes(facts);
    const kinds =
      (isPlain || wildcard !== null ? KINDS.host : 0) |
      (header === null ? 0 : KINDS.headers) |
      (path === null ? 0 : KINDS.path) |
      (this.#methods.has(method) ? KINDS.method : 0) |
      (sni !== null && this.#snis.has(sni) ? KINDS.sni : 0) |
      (this.#sources(facts) === null ? 0 : KINDS.source) |
      (this.#destinations(facts) === null ? 0 : KINDS.destination);
    return { kinds, host: wildcard ?? facts.host.key, header, path };
  }

  #hasPlainHost({ host }: RequestFacts): boolean {
    const { key, otherKey, name, port } = host;
    const hosts = this.#plainHosts;
    return hosts.has(key) || (otherKey !== null && hosts.has(otherKey)) || hosts.has(`${name}:${port}`);
  }
}

/** The first of some values whose condition a request meets. */
type FirstValue = (facts: RequestFacts) => string | null;

/** @param conditions values with the attributes of a route that has this condition alone, in their order */
function firstValue(conditions: readonly (readonly [string, Partial<Route>])[]): FirstValue {
  const parts = conditions.flatMap(([value, fields]) =>
    splitRoute({ route: { ...nowhere, ...fields }, value }, 'traditional'),
  );
  const finder: PartFinder<Routable & { readonly value: string }> = indexParts(parts);
  return (facts) => {
    const search = new Search<Routable & { readonly value: string }>(facts);
    finder.find(search);
    return search.result()?.target.value ?? null;
  };
}

/** Kong looks for the address and the port apart. */
function eitherOf(
  endpoints: readonly RouteEndpoint[],
  attribute: 'sources' | 'destinations',
): readonly (readonly [string, Partial<Route>])[] {
  return endpoints.flatMap(({ ip, port }) =>
    [
      { ip, port: null },
      { ip: null, port },
    ]
      .filter((end) => end.ip !== null || end.port !== null)
      .map((end) => ['', { [attribute]: [end] }] as const),
  );
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

const nowhere: Route = {
  id: '',
  name: null,
  service: null,
  protocols: [],
  ...noConditions,
  https_redirect_status_code: 426,
  regex_priority: 0,
  strip_path: false,
  path_handling: 'v0',
  preserve_host: false,
  request_buffering: true,
  response_buffering: true,
  expression: null,
  priority: null,
  tags: null,
  created_at: 0,
  updated_at: 0,
};
