import { RE2JS } from 're2js';
import type { Route, RouteEndpoint } from '../../src/entities/route.ts';
import { parseAddress, parseAddressRange } from '../../src/lib/address-range.ts';
import { uuidV5 } from '../../src/lib/digest.ts';
import type { RouterRequest } from '../../src/router/router.ts';

/** What a match yields: the id of the route, what is stripped, the captures. */
export type Reference = readonly [string, string | null, Readonly<Record<string, string>> | null];
type Groups = Record<string, string>;

/**
 * The routing of `traditional_compatible` as plainly as it can be said: no index, nothing compiled, one rule after the
 * other. The router is compared with it.
 */
export function referenceMatch(routes: readonly Route[], request: RouterRequest): Reference | null {
  const parts = routes.flatMap((whole) => split(whole).map((route) => ({ whole, route, key: priority(route) })));
  parts.sort((a, b) => compare(b.key, a.key));
  for (const { whole, route, key } of parts) {
    const groups: Groups = {};
    // A route that says nothing is left out.
    const prefix = key[0] === 0 ? false : matches(route, request, groups);
    if (prefix === false) continue;
    return [whole.id, route.strip_path ? prefix : null, Object.keys(groups).length > 1 ? groups : null];
  }
  return null;
}

const isRegex = (path: string): boolean => path.startsWith('~');
const size = (path: string): number => (isRegex(path) ? 0 : Buffer.byteLength(path));
const has = (values: readonly unknown[] | null): boolean => values !== null && values.length > 0;

function split(route: Route): Route[] {
  const sizes = [...new Set((route.paths ?? []).map(size))];
  if (sizes.length <= 1) return [route];
  const idOf = (number: number): string => uuidV5('7f145bf9-0dce-4f91-98eb-debbce4b9f6b', `${route.id}#${number}`);
  const pathsOf = (one: number): string[] => (route.paths ?? []).filter((path) => size(path) === one);
  return sizes.map((one, index) => ({ ...route, id: idOf(index + 1), paths: pathsOf(one) }));
}

function priority({
  methods,
  hosts,
  paths,
  headers,
  snis,
  sources,
  destinations,
  ...route
}: Route): (number | string)[] {
  const [first = ''] = paths ?? [];
  const names = Object.keys(headers ?? {});
  const attributes = [methods, hosts, paths, names, snis, sources, destinations].filter(has).length;
  const isPlain = hosts !== null && !hosts.some((host) => host.includes('*'));
  const regexPriority = isRegex(first) ? route.regex_priority : 0;
  return [attributes, +isPlain, names.length, +isRegex(first), regexPriority, size(first), route.id];
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}

/** What of the path matched, `null` without paths; false when the route does not match. */
function matches(route: Route, request: RouterRequest, groups: Groups): string | null | false {
  const { methods, hosts, snis, sources, destinations, paths } = route;
  const [name, port = request.port] = splitHost(request.host);
  const hostFits = (host: string): boolean => {
    const [text, wanted = port] = splitHost(host);
    return wanted === port && nameFits(text, name);
  };
  if (methods?.length && !methods.includes(request.method)) return false;
  if (hosts?.length && (name === '' || !hosts.some(hostFits))) return false;
  const sniFits = (sni: string): boolean => nameFits(sni.replace(/(.)\.$/, '$1'), request.sni);
  if (snis?.length && request.scheme === 'https' && !snis.some(sniFits)) return false;
  if (sources?.length && !endFits(sources, request.sourceIp, request.sourcePort)) return false;
  if (destinations?.length && !endFits(destinations, request.destinationIp, port)) return false;
  const fits = ([header, values]: [string, readonly string[]]): boolean => headerFits(header, values, request, groups);
  const prefix = paths?.length ? pathFits(paths, request.path, groups) : null;
  return prefix !== false && Object.entries(route.headers ?? {}).every(fits) && prefix;
}

/** Cut at the first colon if a number follows. */
function splitHost(host: string): [string, number?] {
  const [, name, port] = /^([^:]*):(\d+)$/.exec(host) ?? [];
  return name === undefined ? [host] : [name, Number(port)];
}

function nameFits(pattern: string, name: string | null): boolean {
  if (name === null) return false;
  if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function endFits(ends: readonly RouteEndpoint[], ip: string | null, port: number | null): boolean {
  const address = ip === null ? null : parseAddress(ip);
  const isIn = (range: string): boolean => address !== null && parseAddressRange(range)?.contains(address) === true;
  return ends.some((end) => (end.ip === null || isIn(end.ip)) && (end.port === null || end.port === port));
}

function pathFits(paths: readonly string[], path: string, groups: Groups): string | false {
  for (const each of paths) {
    const found = isRegex(each) ? find(`^${each.slice(1)}`, path, groups) : path.startsWith(each) ? each : null;
    if (found !== null) return found;
  }
  return false;
}

function headerFits(header: string, values: readonly string[], { rawHeaders }: RouterRequest, groups: Groups): boolean {
  const fold = (name = ''): string => name.toLowerCase().replaceAll('_', '-');
  const sent = rawHeaders.filter((_, at) => at % 2 === 1 && fold(rawHeaders[at - 1]) === fold(header));
  const texts = sent.map((text) => text.toLowerCase());
  const fits = (wanted: string): boolean =>
    wanted.startsWith('~*')
      ? texts.some((text) => find(wanted.slice(2), text, groups) !== null)
      : texts.includes(wanted);
  return values.some((value) => fits(value.toLowerCase()));
}

const compiled = new Map<string, RE2JS>();

/** All that matched; its groups go to `groups`. */
function find(regex: string, text: string, groups: Groups): string | null {
  const pattern = compiled.get(regex) ?? RE2JS.compile(regex);
  const matcher = compiled.set(regex, pattern).get(regex)?.matcher(text);
  if (matcher?.find() !== true) return null;
  const numbers = Array.from({ length: matcher.groupCount() + 1 }, (_, number) => number);
  for (const group of [...numbers, ...Object.keys(pattern.namedGroups())]) {
    const value = matcher.group(group);
    if (value !== null) groups[group] = value;
  }
  return matcher.group(0);
}
