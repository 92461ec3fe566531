import { BlockList, isIPv6 } from 'node:net';
import { RE2JS } from 're2js';
import type { Route, RouteEndpoint } from '../../src/entities/route.ts';
import { uuidV5 } from '../../src/lib/digest.ts';
import type { RouterRequest } from '../../src/router/router.ts';

/**
 * The routing of `traditional_compatible` as plainly as it can be said: no index, nothing compiled, one rule after the
 * other. The router is compared with it.
 */
export function referenceMatch(routes: readonly Route[], request: RouterRequest): Reference | null {
  const parts = routes
    .flatMap(split)
    .filter((part) => keyOf(part)[0] !== 0)
    .sort((a, b) => compare(keyOf(b), keyOf(a)));
  for (const part of parts) {
    const groups = new Map<string, string>();
    const prefix = matches(part.route, request, groups);
    if (prefix === false) continue;
    const captures = groups.size > 1 ? Object.fromEntries(groups) : null;
    return { id: part.of, prefix: part.route.strip_path ? prefix : null, captures };
  }
  return null;
}

export interface Reference {
  readonly id: string;
  readonly prefix: string | null;
  readonly captures: Readonly<Record<string, string>> | null;
}

interface Part {
  /** Id of the whole route. */
  readonly of: string;
  /** The route with the paths and the id of the part. */
  readonly route: Route;
}

const isRegex = (path: string): boolean => path.startsWith('~');
const length = (path: string): number => Buffer.byteLength(path);
const some = (values: readonly unknown[] | null): boolean => values !== null && values.length > 0;

function split(route: Route): Part[] {
  const sizes = [...new Set((route.paths ?? []).map((path) => (isRegex(path) ? 0 : length(path))))];
  if (sizes.length <= 1) return [{ of: route.id, route }];
  return sizes.map((size, index) => {
    const id = uuidV5('7f145bf9-0dce-4f91-98eb-debbce4b9f6b', `${route.id}#${index + 1}`);
    const paths = (route.paths ?? []).filter((path) => (isRegex(path) ? 0 : length(path)) === size);
    return { of: route.id, route: { ...route, id, paths } };
  });
}

function keyOf({ route }: Part): readonly (number | string)[] {
  const { methods, hosts, paths, headers, snis, sources, destinations, regex_priority, id } = route;
  const [first = ''] = paths ?? [];
  const names = Object.keys(headers ?? {});
  const attributes = [methods, hosts, paths, names, snis, sources, destinations].filter(some).length;
  const isPlain = hosts !== null && !hosts.some((host) => host.includes('*'));
  const regex = isRegex(first);
  return [attributes, +isPlain, names.length, +regex, regex ? regex_priority : 0, regex ? 0 : length(first), id];
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}

/** What of the path matched, `null` without paths; false when the route does not match. */
function matches(route: Route, request: RouterRequest, groups: Map<string, string>): string | null | false {
  const { methods, hosts, snis, sources, destinations } = route;
  const [, name = '', port = request.port] = /^([^:]*):(\d+)$/.exec(request.host) ?? ['', request.host];
  if (some(methods) && methods?.includes(request.method) !== true) return false;
  if (some(hosts) && (name === '' || hosts?.some((host) => hostFits(host, name, Number(port))) !== true)) return false;
  if (
    some(snis) &&
    request.scheme === 'https' &&
    snis?.some((sni) => nameFits(sni.replace(/(.)\.$/, '$1'), request.sni)) !== true
  )
    return false;
  if (some(sources) && !endFits(sources, request.sourceIp, request.sourcePort)) return false;
  if (some(destinations) && !endFits(destinations, request.destinationIp, Number(port))) return false;
  const prefix = some(route.paths) ? matchPath(route.paths ?? [], request.path, groups) : null;
  if (prefix === false) return false;
  return (
    Object.entries(route.headers ?? {}).every(([header, values]) => headerFits(header, values, request, groups)) &&
    prefix
  );
}

function hostFits(host: string, name: string, port: number): boolean {
  const [, text = host, wanted] = /^([^:]*):(\d+)$/.exec(host) ?? [];
  return (wanted === undefined || Number(wanted) === port) && nameFits(text, name);
}

function nameFits(pattern: string, name: string | null): boolean {
  if (name === null) return false;
  if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function endFits(ends: readonly RouteEndpoint[] | null, ip: string | null, port: number | null): boolean {
  return (
    ends?.some((end) => (end.ip === null || isIn(end.ip, ip)) && (end.port === null || end.port === port)) === true
  );
}

function isIn(range: string, ip: string | null): boolean {
  const [address = '', bits = isIPv6(address) ? '128' : '32'] = range.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  return ip !== null && list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}

function matchPath(paths: readonly string[], path: string, groups: Map<string, string>): string | false {
  for (const each of paths) {
    const found = isRegex(each) ? find(`^${each.slice(1)}`, path, groups) : path.startsWith(each) ? each : null;
    if (found !== null) return found;
  }
  return false;
}

function headerFits(
  header: string,
  values: readonly string[],
  { rawHeaders }: RouterRequest,
  groups: Map<string, string>,
): boolean {
  const fold = (name: string): string => name.toLowerCase().replaceAll('_', '-');
  const sent = rawHeaders.filter((_, at) => at % 2 === 1 && fold(rawHeaders[at - 1] ?? '') === fold(header));
  return values.some((value) => {
    const wanted = value.toLowerCase();
    if (!wanted.startsWith('~*')) return sent.some((each) => each.toLowerCase() === wanted);
    return sent.some((each) => find(wanted.slice(2), each.toLowerCase(), groups) !== null);
  });
}

function find(regex: string, text: string, groups: Map<string, string>): string | null {
  const pattern = RE2JS.compile(regex);
  const matcher = pattern.matcher(text);
  if (!matcher.find()) return null;
  for (let number = 0; number <= matcher.groupCount(); number++) note(groups, String(number), matcher.group(number));
  for (const name of Object.keys(pattern.namedGroups())) note(groups, name, matcher.group(name));
  return matcher.group(0);
}

function note(groups: Map<string, string>, name: string, text: string | null): void {
  if (text !== null) groups.set(name, text);
}
