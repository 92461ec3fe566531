import type { ComparablePart } from './comparable-part.ts';
import { kongPriority } from './kong-priority.ts';
import { OverlapIndex } from './overlap-index.ts';
import { compareRanks, type PartRank } from './part-rank.ts';
import { overlaps } from './part-overlap.ts';

/** Two parts that match some of the same requests, and that Kong tries in another order than it documents. */
export interface Inversion {
  /** The one that gw, and Kong's documentation, put first. */
  readonly first: ComparablePart;
  /** The one that Kong tries first. */
  readonly second: ComparablePart;
}

/** Parts of equal rank. */
interface RankGroup {
  readonly rank: PartRank;
  readonly priority: bigint;
  readonly parts: ComparablePart[];
}

/**
 * Finds the pairs of routes whose order is not the same in Kong; at most one for each that Kong prefers. Only parts
 * whose ranks allow it are compared, so that a config without such ranks costs next to nothing.
 */
export function findInversions(parts: readonly ComparablePart[]): readonly Inversion[] {
  const groups = groupByRank(parts);
  const isLater = isBehindLesser(groups);
  const isEarlier = isBeforeGreater(groups);
  const found = new Map<string, Inversion>();
  const earlier = new OverlapIndex();
  const priorities = new Map<ComparablePart, bigint>();
  for (const [at, group] of groups.entries()) {
    for (const second of isLater[at] === true ? group.parts : []) {
      if (found.has(second.route.id)) continue;
      const first = findFirst(earlier.near(second), second, group.priority, priorities);
      if (first !== null) found.set(second.route.id, { first, second });
    }
    for (const part of isEarlier[at] === true ? group.parts : []) {
      earlier.add(part);
      priorities.set(part, group.priority);
    }
  }
  return [...found.values()];
}

function findFirst(
  candidates: Iterable<ComparablePart>,
  second: ComparablePart,
  priority: bigint,
  priorities: ReadonlyMap<ComparablePart, bigint>,
): ComparablePart | null {
  for (const first of candidates) {
    const other = priorities.get(first);
    if (other === undefined || first.route === second.route) continue;
    const isBehind = other < priority || (other === priority && first.identity.id < second.identity.id);
    if (isBehind && overlaps(first, second)) return first;
  }
  return null;
}

/** In the documented order. */
function groupByRank(parts: readonly ComparablePart[]): readonly RankGroup[] {
  const groups = new Map<string, RankGroup>();
  for (const part of parts) {
    const { attributes, hasPlainHostsOnly, headerNames, isRegex, regexPriority, prefixLength } = part.rank;
    const key = `${attributes} ${hasPlainHostsOnly} ${headerNames} ${isRegex} ${regexPriority} ${prefixLength}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { rank: part.rank, priority: kongPriority(part.rank), parts: [part] });
    else group.parts.push(part);
  }
  return [...groups.values()].sort((a, b) => compareRanks(a.rank, b.rank, 'traditional_compatible'));
}

/** For each group whether one before it has a priority that is not greater. */
function isBehindLesser(groups: readonly RankGroup[]): readonly boolean[] {
  let least: bigint | null = null;
  return groups.map(({ priority }) => {
    const isBehind = least !== null && least <= priority;
    if (least === null || priority < least) least = priority;
    return isBehind;
  });
}

/** For each group whether one behind it has a priority that is not less. */
function isBeforeGreater(groups: readonly RankGroup[]): readonly boolean[] {
  let greatest: bigint | null = null;
  const backwards = groups.toReversed().map(({ priority }) => {
    const isBefore = greatest !== null && greatest >= priority;
    if (greatest === null || priority > greatest) greatest = priority;
    return isBefore;
  });
  return backwards.reverse();
}
