import { LayeredRouter } from './layered-router.ts';
import type { Routable, Router, RouterFlavor } from './router.ts';
import { isStreamRoute } from './stream-router.ts';

/**
 * The router of HTTP and gRPC routes; targets with routes of other protocols are left out. Routes are tried in the order
 * of their flavour and the first that matches wins.
 */
export function createRouter<Target extends Routable>(
  targets: readonly Target[],
  flavor: RouterFlavor,
): Router<Target> {
  return LayeredRouter.of(
    targets.filter(({ route }) => !isStreamRoute(route)),
    flavor,
  );
}
