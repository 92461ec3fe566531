import type { Route, RouteEndpoint } from '../entities/route.ts';
import { type AddressRange, parseAddressRange } from '../lib/address-range.ts';
import { headOfRegex, type PathCondition } from './regex-head.ts';
import { compareParts, type RankedPart, rankParts } from './rank-parts.ts';
import { schemesDemanded } from './route-parts.ts';
import type { RouterFlavor } from './router.ts';
import { withoutFinalDot } from './stream-conditions.ts';

/** A part of a route with its conditions in a form that can be compared with those of another. `null`: no condition. */
export interface ComparablePart extends Pick<RankedPart, 'identity' | 'rank'> {
  readonly route: Route;
  /** Schemes a request must have; only the flavor `expressions` asks. */
  readonly schemes: ReadonlySet<string> | null;
  readonly methods: ReadonlySet<string> | null;
  readonly hosts: readonly string[] | null;
  readonly paths: readonly PathCondition[] | null;
  /** Lower-cased names, `_` as `-`, with their lower-cased values. */
  readonly headers: ReadonlyMap<string, ReadonlySet<string>> | null;
  readonly snis: readonly string[] | null;
  readonly sources: readonly EndpointRange[] | null;
  readonly destinations: readonly EndpointRange[] | null;
}

/** One end of a connection. */
export interface EndpointRange {
  readonly range: AddressRange | null;
  readonly port: number | null;
}

const streamProtocols = new Set(['tcp', 'tls', 'udp', 'tls_passthrough']);

/** A part of a route before its conditions are looked at. */
export interface OrderedPart {
  readonly route: Route;
  readonly ranked: RankedPart;
}

/** The parts of all HTTP and gRPC routes that have no expression, in no particular order. */
export function partsOf(routes: readonly Route[], flavor: RouterFlavor): readonly OrderedPart[] {
  return routes
    .filter(({ protocols, expression }) => expression === null && !protocols.some((name) => streamProtocols.has(name)))
    .flatMap((route) => rankParts(route, flavor).map((ranked) => ({ route, ranked })));
}

/** The same with their conditions. */
export function comparableParts(routes: readonly Route[], flavor: RouterFlavor): readonly ComparablePart[] {
  return partsOf(routes, flavor).map((part) => describePart(part, flavor));
}

/** Sorts parts into the order in which gw, and Kong's documentation, try them. */
export function inOrder(parts: readonly ComparablePart[], flavor: RouterFlavor): readonly ComparablePart[] {
  return parts.toSorted((a, b) => compareParts(a, b, flavor));
}

/** Puts the conditions of a part into a form that can be compared. */
export function describePart({ route, ranked }: OrderedPart, flavor: RouterFlavor): ComparablePart {
  const { identity, rank, paths, isRegex } = ranked;
  const methods = nonEmpty(route.methods);
  return {
    route,
    identity,
    rank,
    schemes: flavor === 'expressions' ? schemesDemanded(route.protocols) : null,
    methods: methods === null ? null : new Set(methods),
    hosts: nonEmpty(route.hosts),
    paths: paths?.map((path) => (isRegex ? headOfRegex(path.slice(1)) : { head: path, pattern: null })) ?? null,
    headers: headersOf(route.headers),
    snis: nonEmpty(route.snis)?.map(withoutFinalDot) ?? null,
    sources: nonEmpty(route.sources)?.map(rangeOf) ?? null,
    destinations: nonEmpty(route.destinations)?.map(rangeOf) ?? null,
  };
}

function headersOf(headers: Route['headers']): ComparablePart['headers'] {
  const entries = Object.entries(headers ?? {}).map(
    ([name, values]) =>
      [name.toLowerCase().replaceAll('_', '-'), new Set(values.map((value) => value.toLowerCase()))] as const,
  );
  return entries.length === 0 ? null : new Map(entries);
}

function rangeOf({ ip, port }: RouteEndpoint): EndpointRange {
  return { range: ip === null ? null : parseAddressRange(ip), port };
}

function nonEmpty<Item>(values: readonly Item[] | null): readonly Item[] | null {
  return values === null || values.length === 0 ? null : values;
}
