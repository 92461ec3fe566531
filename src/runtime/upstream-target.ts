import { escapePath } from '../router/request-path.ts';
import { upstreamPath } from '../router/upstream-path.ts';
import type { CompiledRoute } from './snapshot.ts';

/**
 * The path sent upstream for a request path in normal form; `prefix` is what `strip_path` takes away. A path that
 * `isPlain` needs no escaping.
 */
export function upstreamTarget(
  route: Pick<CompiledRoute, 'basePath'>,
  path: string,
  prefix: string | null,
  isPlain: boolean,
): string {
  const joined = route.basePath === '/' && prefix === null ? path : upstreamPath(route.basePath, path, prefix);
  return isPlain ? joined : escapePath(joined);
}
