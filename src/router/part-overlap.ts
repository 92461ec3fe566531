import { compileRoutePattern, type RoutePattern } from '../lib/route-pattern.ts';
import type { ComparablePart, EndpointRange } from './comparable-part.ts';
import type { PathCondition } from './regex-head.ts';

/** True when every request that `b` matches is matched by `a` too. Never true by guess. */
export function covers(a: ComparablePart, b: ComparablePart): boolean {
  return (
    coversSet(a.schemes, b.schemes) &&
    coversSet(a.methods, b.methods) &&
    coversList(a.hosts, b.hosts, hostCovers) &&
    coversHeaders(a.headers, b.headers) &&
    coversList(a.snis, b.snis, hostCovers) &&
    coversList(a.sources, b.sources, endpointCovers) &&
    coversList(a.destinations, b.destinations, endpointCovers) &&
    coversList(a.paths, b.paths, pathCovers)
  );
}

/** True when some request surely matches both. */
export function overlaps(a: ComparablePart, b: ComparablePart): boolean {
  return (
    setsMeet(a.schemes, b.schemes) &&
    setsMeet(a.methods, b.methods) &&
    listsMeet(a.hosts, b.hosts, hostsMeet) &&
    headersMeet(a.headers, b.headers) &&
    listsMeet(a.snis, b.snis, hostsMeet) &&
    listsMeet(a.sources, b.sources, endpointsMeet) &&
    listsMeet(a.destinations, b.destinations, endpointsMeet) &&
    listsMeet(a.paths, b.paths, pathsMeet)
  );
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

/** Two different patterns, and a pattern that goes on where a prefix ends, may or may not meet: only what is sure counts. */
function pathsMeet(a: PathCondition, b: PathCondition): boolean {
  if (a.pattern !== null && b.pattern !== null) return a.pattern === b.pattern;
  return pathCovers(a, b) || pathCovers(b, a) || commonPath(a, b) !== null;
}

/** A path that both conditions surely match, as far as one is easily found. */
export function commonPath(a: PathCondition, b: PathCondition): string | null {
  if (a.pattern === null && b.pattern === null) {
    const [short, long] = a.head.length < b.head.length ? [a.head, b.head] : [b.head, a.head];
    return long.startsWith(short) ? long : null;
  }
  const [plain, regex] = a.pattern === null ? [a, b] : [b, a];
  if (plain.pattern !== null || !plain.head.startsWith(regex.head)) return null;
  const found = patternOf(regex)?.matchPrefix(plain.head) ?? null;
  return found === null ? null : plain.head;
}

const compiled = new WeakMap<PathCondition, RoutePattern | null>();

function patternOf(condition: PathCondition): RoutePattern | null {
  let pattern = compiled.get(condition);
  if (pattern === undefined) {
    const result = compileRoutePattern(condition.pattern ?? '');
    pattern = result.ok ? result.pattern : null;
    compiled.set(condition, pattern);
  }
  return pattern;
}

function endpointCovers(a: EndpointRange, b: EndpointRange): boolean {
  if (a.port !== null && a.port !== b.port) return false;
  return a.range === null || (b.range !== null && a.range.includes(b.range));
}

function endpointsMeet(a: EndpointRange, b: EndpointRange): boolean {
  if (a.port !== null && b.port !== null && a.port !== b.port) return false;
  return a.range === null || b.range === null || a.range.includes(b.range) || b.range.includes(a.range);
}

function coversSet(a: ReadonlySet<string> | null, b: ReadonlySet<string> | null): boolean {
  return a === null || (b !== null && [...b].every((value) => a.has(value)));
}

function setsMeet(a: ReadonlySet<string> | null, b: ReadonlySet<string> | null): boolean {
  return a === null || b === null || [...a].some((value) => b.has(value));
}

function coversList<Item>(
  a: readonly Item[] | null,
  b: readonly Item[] | null,
  test: (wide: Item, narrow: Item) => boolean,
): boolean {
  return a === null || b?.every((narrow) => a.some((wide) => test(wide, narrow))) === true;
}

function listsMeet<Item>(
  a: readonly Item[] | null,
  b: readonly Item[] | null,
  test: (left: Item, right: Item) => boolean,
): boolean {
  return a === null || b === null || a.some((left) => b.some((right) => test(left, right)));
}

function coversHeaders(a: ComparablePart['headers'], b: ComparablePart['headers']): boolean {
  if (a === null) return true;
  return b !== null && [...a].every(([name, values]) => b.has(name) && coversSet(values, b.get(name) ?? null));
}

/** Different names never exclude each other: a request can have both. */
function headersMeet(a: ComparablePart['headers'], b: ComparablePart['headers']): boolean {
  if (a === null || b === null) return true;
  return [...a].every(([name, values]) => setsMeet(values, b.get(name) ?? null));
}
