import type { Route } from '../entities/route.ts';
import type { PartRank } from '../router/part-rank.ts';
import { headOfRegex, type PathCondition } from '../router/regex-head.ts';
import { compareParts, type RoutePart, splitRoute } from '../router/route-parts.ts';

/** A part of a route as the router tries it, with its conditions in a form that can be compared. */
export interface OrderedPart extends RoutePart<{ readonly route: Route }> {
  readonly route: Route;
  readonly hostTexts: readonly string[] | null;
  readonly paths: readonly PathCondition[] | null;
  /** Lower-cased names, `_` as `-`, with their lower-cased values. */
  readonly headerTexts: ReadonlyMap<string, ReadonlySet<string>> | null;
  readonly snis: readonly string[] | null;
}

const streamProtocols = new Set(['tcp', 'tls', 'udp', 'tls_passthrough']);

const known = new WeakMap<readonly Route[], readonly OrderedPart[]>();

/**
 * All parts of all HTTP and gRPC routes in the order gw, and Kong's intended order, try them. Worked out once per list,
 * for several rules ask.
 */
export function orderedParts(routes: readonly Route[]): readonly OrderedPart[] {
  let parts = known.get(routes);
  if (parts === undefined) {
    parts = sortParts(routes);
    known.set(routes, parts);
  }
  return parts;
}

function sortParts(routes: readonly Route[]): readonly OrderedPart[] {
  return routes
    .filter(({ protocols, expression }) => expression === null && !protocols.some((name) => streamProtocols.has(name)))
    .flatMap((route) => splitRoute({ route }).map((part) => describe(part, route)))
    .sort((a, b) => compareParts(a, b));
}

/** True when two parts rank alike, so that only their ids put one first. */
export function isTie(a: OrderedPart, b: OrderedPart): boolean {
  return rankKey(a.rank) === rankKey(b.rank);
}

/** A text that is the same for parts of equal rank. */
export function rankKey(rank: PartRank): string {
  const { attributes, hasPlainHostsOnly, headerNames, isRegex, regexPriority, prefixLength } = rank;
  return [attributes, hasPlainHostsOnly, headerNames, isRegex, regexPriority, prefixLength].join();
}

/**
 * The priority that Kong computes on 64-bit machines. Its `transform.lua` shifts plain Lua numbers, which LuaJIT does
 * in 32 bits with the count modulo 32 — as JavaScript does; only the two flags are true 64-bit values. A negative
 * number becomes 2^63 when nothing else in it is 64 bits wide.
 */
export function kongPriority(rank: Omit<PartRank, UnusedByKong>): bigint {
  const low = (rank.attributes << 29) | (rank.headerNames << 20) | (rank.regexPriority << 19) | rank.prefixLength;
  const flags = (rank.hasPlainHostsOnly ? 1n << 60n : 0n) | (rank.isRegex ? 1n << 51n : 0n);
  if (flags !== 0n) return BigInt.asUintN(64, BigInt(low) | flags);
  return low < 0 ? 1n << 63n : BigInt(low);
}

/** What the priority of Kong's default router is not made of. */
type UnusedByKong = 'kinds' | 'hasWildcardHostWithPort' | 'createdAt' | 'expressionPriority';

/** True when every request that `b` matches is matched by `a` too. Never true by guess. */
export function covers(a: OrderedPart, b: OrderedPart): boolean {
  return (
    coversSet(a.methods, b.methods) &&
    coversList(a.hostTexts, b.hostTexts, hostCovers) &&
    coversHeaders(a.headerTexts, b.headerTexts) &&
    coversList(a.snis, b.snis, hostCovers) &&
    coversList(a.paths, b.paths, pathCovers)
  );
}

/** True when some request surely matches both. */
export function overlaps(a: OrderedPart, b: OrderedPart): boolean {
  return (
    meets(a.methods === null ? null : [...a.methods], b.methods === null ? null : [...b.methods], Object.is) &&
    meets(a.hostTexts, b.hostTexts, hostsMeet) &&
    headersMeet(a.headerTexts, b.headerTexts) &&
    meets(a.snis, b.snis, hostsMeet) &&
    meets(a.paths, b.paths, pathsMeet)
  );
}

function describe(part: RoutePart<{ readonly route: Route }>, route: Route): OrderedPart {
  const patterns = part.patterns === null ? null : (route.paths ?? []).filter((path) => path.startsWith('~'));
  return {
    ...part,
    route,
    hostTexts: nonEmpty(route.hosts),
    snis: nonEmpty(route.snis),
    headerTexts: part.headers === null ? null : headerTexts(route.headers ?? {}),
    paths:
      patterns?.map((path) => headOfRegex(path.slice(1))) ??
      part.prefixes?.map((head) => ({ head, pattern: null })) ??
      null,
  };
}

function headerTexts(headers: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, ReadonlySet<string>> {
  const entries = Object.entries(headers).map(
    ([name, values]) =>
      [name.toLowerCase().replaceAll('_', '-'), new Set(values.map((value) => value.toLowerCase()))] as const,
  );
  return new Map(entries);
}

/** A host with a wildcard or a port covers those that it matches; equal texts cover each other. */
function hostCovers(a: string, b: string): boolean {
  if (a === b) return true;
  const [wide, narrow] = [splitPort(a), splitPort(b)];
  if (wide.port !== '' && wide.port !== narrow.port) return false;
  if (wide.name === narrow.name) return true;
  if (wide.name.startsWith('*')) return !narrow.name.endsWith('*') && narrow.name.endsWith(wide.name.slice(1));
  return wide.name.endsWith('*') && !narrow.name.startsWith('*') && narrow.name.startsWith(wide.name.slice(0, -1));
}

function hostsMeet(a: string, b: string): boolean {
  const [left, right] = [splitPort(a), splitPort(b)];
  if (left.port !== '' && right.port !== '' && left.port !== right.port) return false;
  if (hostCovers(left.name, right.name) || hostCovers(right.name, left.name)) return true;
  return left.name.startsWith('*') ? right.name.endsWith('*') : left.name.endsWith('*') && right.name.startsWith('*');
}

function splitPort(host: string): { readonly name: string; readonly port: string } {
  const colon = host.indexOf(':');
  return colon < 0 ? { name: host, port: '' } : { name: host.slice(0, colon), port: host.slice(colon) };
}

function pathCovers(a: PathCondition, b: PathCondition): boolean {
  return a.pattern === null ? b.head.startsWith(a.head) : a.pattern === b.pattern;
}

/** Two patterns meet only when they are the same: anything else would be a guess. */
function pathsMeet(a: PathCondition, b: PathCondition): boolean {
  if (a.pattern !== null && b.pattern !== null) return a.pattern === b.pattern;
  return pathCovers(a, b) || pathCovers(b, a);
}

function coversSet(a: ReadonlySet<string> | null, b: ReadonlySet<string> | null): boolean {
  return a === null || (b !== null && [...b].every((value) => a.has(value)));
}

function coversList<Item>(
  a: readonly Item[] | null,
  b: readonly Item[] | null,
  test: (wide: Item, narrow: Item) => boolean,
): boolean {
  return a === null || b?.every((narrow) => a.some((wide) => test(wide, narrow))) === true;
}

function coversHeaders(a: OrderedPart['headerTexts'], b: OrderedPart['headerTexts']): boolean {
  if (a === null) return true;
  return b !== null && [...a].every(([name, values]) => b.has(name) && coversSet(values, b.get(name) ?? null));
}

/** Different names never exclude each other: a request can have both. */
function headersMeet(a: OrderedPart['headerTexts'], b: OrderedPart['headerTexts']): boolean {
  if (a === null || b === null) return true;
  return [...a].every(([name, values]) => {
    const others = b.get(name);
    return others === undefined || [...values].some((value) => others.has(value));
  });
}

function meets<Item>(
  a: readonly Item[] | null,
  b: readonly Item[] | null,
  test: (left: Item, right: Item) => boolean,
): boolean {
  return a === null || b === null || a.some((left) => b.some((right) => test(left, right)));
}

function nonEmpty(values: readonly string[] | null): readonly string[] | null {
  return values === null || values.length === 0 ? null : values;
}
