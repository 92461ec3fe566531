import type { EntitySet } from '../entities/entity-set.ts';
import type { RouterFlavor } from './router.ts';

/** Every router flavor, Kong's default first. */
export const routerFlavors: readonly RouterFlavor[] = ['traditional_compatible', 'traditional', 'expressions'];

/**
 * The flavor a config is routed with: what is stated, else what its routes need. Only `expressions` has routes with an
 * expression, and takes all other routes besides.
 */
export function flavorFor(entities: Pick<EntitySet, 'routes'>, stated: RouterFlavor | null): RouterFlavor {
  if (stated !== null) return stated;
  return entities.routes.some(({ expression }) => expression !== null) ? 'expressions' : 'traditional_compatible';
}
