import { splitRequestHost, type RequestHost } from './conditions.ts';
import { compareParts, splitRoute, type RoutePart } from './route-parts.ts';
import type { Routable, RouteMatch, Router, RouterRequest } from './router.ts';

/**
 * The router of Kong's default flavour, `traditional_compatible`: routes are tried in the order of their priority and
 * the first that matches wins.
 */
export class TraditionalRouter<Target extends Routable> implements Router<Target> {
  readonly #parts: readonly RoutePart<Target>[];

  constructor(targets: readonly Target[]) {
    this.#parts = targets.flatMap((target) => splitRoute(target)).sort(compareParts);
  }

  match(request: RouterRequest): RouteMatch<Target> | null {
    const host = splitRequestHost(request.host, request.port);
    for (const part of this.#parts) {
      const match = matchPart(part, request, host);
      if (match !== null) return match;
    }
    return null;
  }
}

function matchPart<Target extends Routable>(
  part: RoutePart<Target>,
  request: RouterRequest,
  host: RequestHost,
): RouteMatch<Target> | null {
  if (part.methods !== null && !part.methods.has(request.method)) return null;
  if (part.hosts !== null && !part.hosts.matches(host)) return null;
  if (part.headers !== null && !part.headers.matches(request.rawHeaders)) return null;
  return matchPath(part, request.path);
}

/** What a part makes of a path, the other conditions left aside. */
export function matchPath<Target extends Routable>(part: RoutePart<Target>, path: string): RouteMatch<Target> | null {
  if (part.prefixes !== null) return matchPrefixes(part, part.prefixes, path);
  if (part.patterns !== null) return matchPatterns(part, path);
  return { target: part.target, prefix: null, captures: null };
}

function matchPrefixes<Target extends Routable>(
  part: RoutePart<Target>,
  prefixes: readonly string[],
  path: string,
): RouteMatch<Target> | null {
  for (const prefix of prefixes) {
    if (path.startsWith(prefix)) {
      return { target: part.target, prefix: part.target.route.strip_path ? prefix : null, captures: null };
    }
  }
  return null;
}

function matchPatterns<Target extends Routable>(part: RoutePart<Target>, path: string): RouteMatch<Target> | null {
  for (const pattern of part.patterns ?? []) {
    const found = pattern.matchPrefix(path);
    if (found === null) continue;
    return {
      target: part.target,
      prefix: part.target.route.strip_path ? found.matched : null,
      captures: found.groups.size === 0 ? null : new Map([['0', found.matched], ...found.groups]),
    };
  }
  return null;
}
