import { type PartFinder, PartList } from './part-list.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable } from './router.ts';

/** Builds the finder of some parts, given in their order. */
export function indexParts<Target extends Routable>(parts: readonly RoutePart<Target>[]): PartFinder<Target> {
  return new PartList(parts.map((part, order) => ({ order, part })));
}
