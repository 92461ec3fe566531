import type { Route } from '../entities/route.ts';
import { uuidV5 } from '../lib/digest.ts';
import type { RoutePattern } from '../lib/route-pattern.ts';
import { HeaderCondition, HostCondition, requirePattern } from './conditions.ts';
import type { Routable } from './router.ts';

/** Namespace of the ids that Kong gives to the parts of a split route (`compat.lua`); they only break ties. */
const PART_NAMESPACE = '7f145bf9-0dce-4f91-98eb-debbce4b9f6b';
const MAX_RANKED_HEADERS = 255;

/**
 * One entry of the router. A route's paths are split by prefix length, its regular expressions together, since each
 * group has a priority of its own (routing.md, after `transform.lua`).
 */
export interface RoutePart<Target extends Routable> {
  readonly target: Target;
  readonly id: string;
  readonly methods: ReadonlySet<string> | null;
  readonly hosts: HostCondition | null;
  readonly headers: HeaderCondition | null;
  /** All of one length; `null` when the route has no paths or this is the regex part. */
  readonly prefixes: readonly string[] | null;
  readonly patterns: readonly RoutePattern[] | null;
  readonly rank: PartRank;
}

/** What decides the order, most significant first; higher goes first. */
export interface PartRank {
  readonly attributes: number;
  readonly hasPlainHostsOnly: boolean;
  readonly headerNames: number;
  readonly isRegex: boolean;
  readonly regexPriority: number;
  readonly prefixLength: number;
}

/** Splits a route into its parts. */
export function splitRoute<Target extends Routable>(target: Target): RoutePart<Target>[] {
  const { route } = target;
  const common = {
    target,
    methods: nonEmpty(route.methods) === null ? null : new Set(route.methods),
    hosts: nonEmpty(route.hosts) === null ? null : new HostCondition(route.hosts ?? []),
    headers:
      route.headers === null || Object.keys(route.headers).length === 0 ? null : new HeaderCondition(route.headers),
  };
  const groups = groupPaths(route.paths ?? []);
  if (groups.length === 0) {
    return [{ ...common, id: route.id, prefixes: null, patterns: null, rank: rankOf(route, null) }];
  }
  return groups.map((group, index) => ({
    ...common,
    id: groups.length === 1 ? route.id : uuidV5(PART_NAMESPACE, `${route.id}#${index + 1}`),
    prefixes: group.isRegex ? null : group.paths,
    patterns: group.isRegex ? group.paths.map((path) => requirePattern(path.slice(1))) : null,
    rank: rankOf(route, group),
  }));
}

/** Sorts parts into the order they are tried: by rank, then the greater id. */
export function compareParts(a: RoutePart<Routable>, b: RoutePart<Routable>): number {
  return (
    b.rank.attributes - a.rank.attributes ||
    Number(b.rank.hasPlainHostsOnly) - Number(a.rank.hasPlainHostsOnly) ||
    b.rank.headerNames - a.rank.headerNames ||
    Number(b.rank.isRegex) - Number(a.rank.isRegex) ||
    b.rank.regexPriority - a.rank.regexPriority ||
    b.rank.prefixLength - a.rank.prefixLength ||
    (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
  );
}

interface PathGroup {
  readonly isRegex: boolean;
  readonly paths: string[];
  readonly byteLength: number;
}

function groupPaths(paths: readonly string[]): PathGroup[] {
  const groups = new Map<string, PathGroup>();
  for (const path of paths) {
    const isRegex = path.startsWith('~');
    const byteLength = isRegex ? 0 : Buffer.byteLength(path);
    const key = isRegex ? 'regex' : String(byteLength);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { isRegex, paths: [path], byteLength });
    else group.paths.push(path);
  }
  return [...groups.values()];
}

function rankOf(route: Route, group: PathGroup | null): PartRank {
  const attributes = [
    route.methods,
    route.hosts,
    route.paths,
    route.headers === null ? null : Object.keys(route.headers),
    route.snis,
  ].filter((values) => nonEmpty(values) !== null).length;
  const isRegex = group?.isRegex === true;
  return {
    attributes,
    hasPlainHostsOnly: route.hosts?.every((host) => !host.includes('*')) === true,
    headerNames: Math.min(Object.keys(route.headers ?? {}).length, MAX_RANKED_HEADERS),
    isRegex,
    regexPriority: isRegex ? route.regex_priority : 0,
    prefixLength: group?.byteLength ?? 0,
  };
}

function nonEmpty<Item>(values: readonly Item[] | null): readonly Item[] | null {
  return values === null || values.length === 0 ? null : values;
}
