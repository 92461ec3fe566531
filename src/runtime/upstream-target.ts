import { escapePath } from '../router/request-path.ts';
import { upstreamPath } from '../router/upstream-path.ts';

/** What of a route decides the path sent upstream. */
export interface PathRules {
  /** The service's path, `/` when it has none. */
  readonly basePath: string;
  /** The route's `path_handling` where the router flavor heeds it, which is `traditional` only. Default: `v0`. */
  readonly pathHandling?: 'v0' | 'v1';
}

/**
 * The path sent upstream for a request path in normal form; `prefix` is what `strip_path` takes away. A path that
 * `isPlain` needs no escaping.
 */
export function upstreamTarget(
  { basePath, pathHandling }: PathRules,
  path: string,
  prefix: string | null,
  isPlain: boolean,
): string {
  const joined = basePath === '/' && prefix === null ? path : upstreamPath(basePath, path, prefix, pathHandling);
  return isPlain ? joined : escapePath(joined);
}
