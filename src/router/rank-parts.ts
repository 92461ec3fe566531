import { Buffer } from 'node:buffer';
import type { Route } from '../entities/route.ts';
import { uuidV5 } from '../lib/digest.ts';
import { compareRanks, type PartRank } from './part-rank.ts';
import type { RouterFlavor } from './router.ts';

/** Namespace of the ids that Kong gives to the parts of a split route (`compat.lua`); they only break ties. */
const PART_NAMESPACE = '7f145bf9-0dce-4f91-98eb-debbce4b9f6b';
const MAX_RANKED_HEADERS = 255;

/** The id of a part: the route's own, or one derived from it when it is split. Worked out when a tie must be broken. */
export class PartIdentity {
  readonly #routeId: string;
  /** From 1; 0 for a route in one part. */
  readonly #number: number;
  #id: string | null = null;

  constructor(routeId: string, number: number) {
    this.#routeId = routeId.toLowerCase();
    this.#number = number;
  }

  get id(): string {
    if (this.#number === 0) return this.#routeId;
    this.#id ??= uuidV5(PART_NAMESPACE, `${this.#routeId}#${this.#number}`);
    return this.#id;
  }
}

/** A part before its conditions are compiled: what decides its order, and its paths. */
export interface RankedPart {
  readonly identity: PartIdentity;
  /** As the route lists them; `null` when it has none. */
  readonly paths: readonly string[] | null;
  readonly isRegex: boolean;
  readonly rank: PartRank;
}

/** The parts of a route without an expression; none when it says nothing. */
export function rankParts(route: Route, flavor: RouterFlavor = 'traditional_compatible'): readonly RankedPart[] {
  const groups = flavor === 'traditional' ? onePathEach(route.paths ?? []) : groupPaths(route.paths ?? []);
  if (groups.length === 0) {
    const rank = rankOf(route, null);
    const identity = new PartIdentity(route.id, 0);
    return rank.attributes === 0 ? [] : [{ identity, paths: null, isRegex: false, rank }];
  }
  return groups.map((group, index) => ({
    identity: new PartIdentity(route.id, groups.length === 1 ? 0 : index + 1),
    paths: group.paths,
    isRegex: group.isRegex,
    rank: rankOf(route, group),
  }));
}

/** What {@link compareParts} looks at. */
export type Comparable = Pick<RankedPart, 'rank' | 'identity'>;

/** Sorts parts into the order they are tried: by rank, then the greater id; `traditional` knows no ids. */
export function compareParts(a: Comparable, b: Comparable, flavor: RouterFlavor = 'traditional_compatible'): number {
  const difference = compareRanks(a.rank, b.rank, flavor);
  if (difference !== 0 || flavor === 'traditional') return difference;
  const [idOfA, idOfB] = [a.identity.id, b.identity.id];
  return idOfA < idOfB ? 1 : idOfA > idOfB ? -1 : 0;
}

/** Paths that rank alike. */
export interface PathGroup {
  readonly isRegex: boolean;
  readonly paths: string[];
  readonly byteLength: number;
}

function groupPaths(paths: readonly string[]): readonly PathGroup[] {
  const [only] = paths;
  if (only !== undefined && paths.length === 1) return [groupOf(only)];
  const groups = new Map<number, PathGroup>();
  for (const path of paths) {
    const single = groupOf(path);
    const group = groups.get(single.byteLength);
    if (group === undefined) groups.set(single.byteLength, single);
    else group.paths.push(path);
  }
  return [...groups.values()];
}

function onePathEach(paths: readonly string[]): readonly PathGroup[] {
  return paths.map(groupOf);
}

function groupOf(path: string): PathGroup {
  const isRegex = path.startsWith('~');
  return { isRegex, paths: [path], byteLength: isRegex ? 0 : Buffer.byteLength(path) };
}

/** The rank of a part of a route with these paths; `null` for none. */
export function rankOf(route: Route, group: PathGroup | null): PartRank {
  const { hosts } = route;
  const headerNames = namesOf(route.headers);
  const kinds = [hosts, headerNames, route.paths, route.methods, route.snis, route.sources, route.destinations];
  let [attributes, bits] = [0, 0];
  for (const values of kinds) {
    const has = isEmpty(values) ? 0 : 1;
    attributes += has;
    bits = bits * 2 + has;
  }
  const isRegex = group?.isRegex === true;
  return {
    attributes,
    kinds: bits,
    hasPlainHostsOnly: hosts?.every((host) => !host.includes('*')) === true,
    hasWildcardHostWithPort: hosts?.some((host) => host.includes('*') && /:\d+$/.test(host)) === true,
    headerNames: Math.min(headerNames?.length ?? 0, MAX_RANKED_HEADERS),
    isRegex,
    regexPriority: isRegex ? route.regex_priority : 0,
    prefixLength: group?.byteLength ?? 0,
    createdAt: route.created_at,
    expressionPriority: null,
  };
}

/** Names of headers; `null` without any condition on them. */
export function namesOf(headers: Route['headers']): readonly string[] | null {
  return headers === null ? null : Object.keys(headers);
}

/** Whether an attribute takes no part: absent, `null` or empty. */
export function isEmpty(values: readonly unknown[] | null | undefined): boolean {
  return values === null || values === undefined || values.length === 0;
}
