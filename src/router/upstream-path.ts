/**
 * Builds the path sent upstream (routing.md §5).
 *
 * @param base the service's path; `/` when it has none
 * @param path the normalised request path
 * @param prefix what `strip_path` takes away, or `null`
 * @param handling `path_handling` of the route, where its router flavour heeds it; `v1` is deprecated in Kong
 */
export function upstreamPath(base: string, path: string, prefix: string | null, handling: 'v0' | 'v1' = 'v0'): string {
  if (handling === 'v1') return upstreamPathV1(base, path, prefix);
  if (prefix === null) return keepPath(base, path);
  const rest = restOfPath(path, prefix);
  if (base === '/' && rest === '') return base;
  return rest === '' ? matchFinalSlash(base, path) : joinWithSlash(base, rest);
}

/** Texts are joined as they are, whatever segments that makes. */
function upstreamPathV1(base: string, path: string, prefix: string | null): string {
  if (prefix === null) return base + path.slice(1);
  const rest = restOfPath(path, prefix);
  return base.endsWith('/') && rest.startsWith('/') ? base + rest.slice(1) : base + rest;
}

function keepPath(base: string, path: string): string {
  if (base.endsWith('/')) return base + path.slice(1);
  return path === '/' ? base : base + path;
}

/** A rest must not climb: `/route` + `../req` reaches `/req` below the base and no further. */
function restOfPath(path: string, prefix: string): string {
  const rest = path.slice(prefix.length);
  if (rest === '.' || rest === '..') return '';
  if (rest.startsWith('./')) return rest.slice(2);
  return rest.startsWith('../') ? rest.slice(3) : rest;
}

function matchFinalSlash(base: string, path: string): string {
  if (path === '/') return base;
  const isSlashed = path.endsWith('/');
  if (base.endsWith('/')) return isSlashed ? base : base.slice(0, -1);
  return isSlashed ? `${base}/` : base;
}

function joinWithSlash(base: string, rest: string): string {
  const left = base.endsWith('/');
  const right = rest.startsWith('/');
  if (left && right) return base + rest.slice(1);
  return left || right ? base + rest : `${base}/${rest}`;
}
