import type { RouterFlavor, Routable } from '../router/router.ts';
import { compareStreamEntries, compileStreamEntry } from '../router/stream-entry.ts';
import { isStreamRoute } from '../router/stream-router.ts';

/** Kong's order of the sets of attributes in `traditional`, an SNI counting 4, sources 2, destinations 1. */
const categories = [7, 6, 5, 3, 4, 2, 1];

/**
 * Routes of connections in the order in which they are tried. Within one set of attributes `traditional` has no fixed
 * order: it depends on the connection; there they stand as in the config.
 */
export function orderedStreamRoutes<Target extends Routable>(
  targets: readonly Target[],
  flavor: RouterFlavor,
): readonly Target[] {
  const ours = targets.filter(({ route }) => isStreamRoute(route));
  if (flavor === 'traditional') return [...ours].sort((a, b) => categoryOf(a) - categoryOf(b));
  return ours
    .map((target) => compileStreamEntry(target, flavor))
    .filter((entry) => entry !== null)
    .sort(compareStreamEntries)
    .map(({ target }) => target);
}

function categoryOf({ route: { snis, sources, destinations } }: Routable): number {
  const has = (values: readonly unknown[] | null): number => Math.min(1, values?.length ?? 0);
  return categories.indexOf(has(snis) * 4 + has(sources) * 2 + has(destinations));
}
