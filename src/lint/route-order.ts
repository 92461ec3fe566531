import type { Route } from '../entities/route.ts';
import { type ComparablePart, comparableParts, inOrder } from '../router/comparable-part.ts';
import type { RouterFlavor } from '../router/router.ts';

const known = new WeakMap<readonly Route[], readonly ComparablePart[]>();

/**
 * All parts of all HTTP and gRPC routes without an expression, in the order gw, and Kong's documented order, try them.
 * Worked out once per list, for several rules ask; a list is always asked about with one flavor.
 */
export function orderedParts(routes: readonly Route[], flavor: RouterFlavor): readonly ComparablePart[] {
  let parts = known.get(routes);
  if (parts === undefined) {
    parts = inOrder(comparableParts(routes, flavor), flavor);
    known.set(routes, parts);
  }
  return parts;
}
