import { Option } from 'commander';
import type { RouterFlavor } from '../router/router.ts';
import { routerFlavors } from '../router/router-flavor.ts';
import { UsageError } from './usage-error.ts';

/** Variables that state a flavor, the stronger one first. */
const variables = ['GW_ROUTER_FLAVOR', 'KONG_ROUTER_FLAVOR'] as const;

/** `--router-flavor`, the same in every command that reads a config. */
export function routerFlavorOption(): Option {
  const text =
    'how routes are written and ordered; default GW_ROUTER_FLAVOR, KONG_ROUTER_FLAVOR, else as the routes need';
  return new Option('--router-flavor <flavor>', text).choices(routerFlavors);
}

/**
 * The flavor that a flag or the environment states; `null` when neither does.
 * @throws {UsageError} for a variable with another value
 */
export function statedFlavor(flag: RouterFlavor | undefined, env: NodeJS.ProcessEnv): RouterFlavor | null {
  if (flag !== undefined) return flag;
  const name = variables.find((candidate) => (env[candidate] ?? '') !== '');
  if (name === undefined) return null;
  const text = env[name] ?? '';
  const flavor = routerFlavors.find((candidate) => candidate === text);
  if (flavor !== undefined) return flavor;
  throw new UsageError(`${name}: "${text}" is no router flavor`, `there are ${routerFlavors.join(', ')}`);
}
