import type { Route } from '../entities/route.ts';
import { type ComparablePart, describePart, type OrderedPart, partsOf } from './comparable-part.ts';
import { kongPriority } from './kong-priority.ts';
import { OverlapIndex } from './overlap-index.ts';
import { compareRanks, type PartRank, rankKey } from './part-rank.ts';
import { overlaps } from './part-overlap.ts';
import type { RouterFlavor } from './router.ts';

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
  readonly parts: OrderedPart[];
}

/** Pairs that are compared before the search ends: a config with so many of these is generated, and told enough of. */
const MAX_PAIRS = 500_000;

/**
 * Finds pairs of routes whose order is not the same in Kong: for each route that is in such a pair at least one, for
 * two routes at most one. Only parts whose ranks allow it are compared, so that a config without such ranks costs next
 * to nothing.
 */
export function findInversions(routes: readonly Route[], flavor: RouterFlavor): readonly Inversion[] {
  const groups = groupByRank(partsOf(routes, flavor));
  const isLater = isBehindLesser(groups);
  const isEarlier = isBeforeGreater(groups);
  const search = new InversionSearch();
  for (const [at, group] of groups.entries()) {
    if (isLater[at] !== true && isEarlier[at] !== true) continue;
    const parts = group.parts.map((part) => describePart(part, flavor));
    if (isLater[at] === true) for (const part of parts) search.compare(part, group.priority);
    if (isEarlier[at] === true) for (const part of parts) search.add(part, group.priority);
  }
  return search.found;
}

/** Takes parts in the documented order. */
class InversionSearch {
  readonly found: Inversion[] = [];
  readonly #earlier = new OverlapIndex();
  readonly #priorities = new Map<ComparablePart, bigint>();
  readonly #told = new Set<string>();
  #pairs = 0;

  add(part: ComparablePart, priority: bigint): void {
    this.#earlier.add(part);
    this.#priorities.set(part, priority);
  }

  /** Looks for parts before `second` that Kong puts behind it. */
  compare(second: ComparablePart, priority: bigint): void {
    for (const first of this.#earlier.near(second)) {
      const isTold = this.#told.has(first.route.id) && this.#told.has(second.route.id);
      if (isTold || first.route === second.route) continue;
      const other = this.#priorities.get(first) ?? priority;
      const isBehind = other < priority || (other === priority && first.identity.id < second.identity.id);
      if (!isBehind) continue;
      if (this.#pairs++ > MAX_PAIRS) return;
      if (!overlaps(first, second)) continue;
      this.found.push({ first, second });
      this.#told.add(first.route.id).add(second.route.id);
    }
  }
}

/** In the documented order. */
function groupByRank(parts: readonly OrderedPart[]): readonly RankGroup[] {
  const groups = new Map<string, RankGroup>();
  for (const part of parts) {
    const { rank } = part.ranked;
    const key = rankKey(rank, 'traditional_compatible');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { rank, priority: kongPriority(rank), parts: [part] });
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
