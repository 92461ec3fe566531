import { indexParts } from './index-parts.ts';
import type { PartFinder } from './part-finder.ts';
import { type Comparable, compareParts } from './rank-parts.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable, RouterFlavor } from './router.ts';

/** Some parts of routes with the means to search them. Never changes, so that routers can share it. */
export interface LayerCore<Target extends Routable> {
  /** In the order in which they are tried. */
  readonly parts: readonly RoutePart<Target>[];
  readonly finder: PartFinder<Target>;
}

/** A core as one router uses it. */
export interface Layer<Target extends Routable> {
  readonly core: LayerCore<Target>;
  /** 1 at the place of each part that is gone; `null` when none is. */
  readonly dead: Uint8Array | null;
  /** How many parts are not gone. */
  readonly size: number;
}

/** A layer of parts that are in their order. */
export function layerOf<Target extends Routable>(parts: readonly RoutePart<Target>[]): Layer<Target> {
  return { core: { parts, finder: indexParts(parts) }, dead: null, size: parts.length };
}

/** The parts of a layer that are not gone. */
export function livingParts<Target extends Routable>({ core, dead }: Layer<Target>): readonly RoutePart<Target>[] {
  return dead === null ? core.parts : core.parts.filter((_part, place) => dead[place] !== 1);
}

/** The layer without the parts at some places. */
export function without<Target extends Routable>(layer: Layer<Target>, places: readonly number[]): Layer<Target> {
  if (places.length === 0) return layer;
  const dead = layer.dead?.slice() ?? new Uint8Array(layer.core.parts.length);
  let { size } = layer;
  for (const place of places) {
    if (dead[place] !== 1) size--;
    dead[place] = 1;
  }
  return { core: layer.core, dead, size };
}

/**
 * Where a part of a target stands in a core, found by what the order goes by; -1 when it is not in it. Only for flavors
 * in which no two parts tie.
 */
export function placeOf<Target extends Routable>(
  { parts }: LayerCore<Target>,
  sought: Comparable,
  target: Target,
  flavor: RouterFlavor,
): number {
  const place = firstAfter(parts, sought, 0, flavor);
  const part = parts[place];
  return part?.target === target && compareParts(part, sought, flavor) === 0 ? place : -1;
}

/** Two lists of parts in their order as one: costs the more comparisons the longer the second is. */
export function mergeParts<Target extends Routable>(
  left: readonly RoutePart<Target>[],
  right: readonly RoutePart<Target>[],
  flavor: RouterFlavor,
): readonly RoutePart<Target>[] {
  if (left.length === 0) return right;
  const merged: RoutePart<Target>[] = [];
  let at = 0;
  for (const part of right) {
    const end = firstAfter(left, part, at, flavor);
    for (const next of left.slice(at, end)) merged.push(next);
    merged.push(part);
    at = end;
  }
  for (const next of left.slice(at)) merged.push(next);
  return merged;
}

/** Where the parts begin that are not tried before `sought`; none before `start` are. */
function firstAfter<Target extends Routable>(
  parts: readonly RoutePart<Target>[],
  sought: Comparable,
  start: number,
  flavor: RouterFlavor,
): number {
  let low = start;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const part = parts[middle];
    if (part !== undefined && compareParts(part, sought, flavor) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
