import { splitRequestHost } from './conditions.ts';
import { compareParts, type PartRank, type RoutePart, splitRoute } from './route-parts.ts';
import type { Routable, RouterRequest } from './router.ts';
import { matchPath } from './traditional-router.ts';

/** What a route can require of a request. */
export type MatchCondition = 'method' | 'host' | 'headers' | 'path';

/** What became of one part of a route. */
export interface PartVerdict<Target extends Routable> {
  readonly target: Target;
  /** The paths of this part; `null` when it has no condition on the path. */
  readonly paths: readonly string[] | null;
  /** Conditions that the request does not meet; none for a part that matches. */
  readonly failed: readonly MatchCondition[];
  readonly rank: PartRank;
}

/**
 * Tests a request against every part of every route, in the order in which the router tries them: the first without a
 * failed condition is the winner. The conditions are those of the router itself.
 */
export function explainMatch<Target extends Routable>(
  targets: readonly Target[],
  request: RouterRequest,
): readonly PartVerdict<Target>[] {
  const host = splitRequestHost(request.host, request.port);
  const parts = targets.flatMap((target) => splitRoute(target)).sort(compareParts);
  return parts.map((part) => {
    const failed: MatchCondition[] = [];
    if (part.methods !== null && !part.methods.has(request.method)) failed.push('method');
    if (part.hosts !== null && !part.hosts.matches(host)) failed.push('host');
    if (part.headers !== null && !part.headers.matches(request.rawHeaders)) failed.push('headers');
    if (matchPath(part, request.path) === null) failed.push('path');
    return { target: part.target, paths: pathsOf(part), failed, rank: part.rank };
  });
}

function pathsOf(part: RoutePart<Routable>): readonly string[] | null {
  if (part.prefixes !== null) return part.prefixes;
  return part.patterns === null ? null : (part.target.route.paths ?? []).filter((path) => path.startsWith('~'));
}

/** Why one part is tried before another, by the first criterion in which they differ (routing.md, priorities). */
export function whyBefore(first: PartRank, second: PartRank): string {
  if (first.attributes !== second.attributes) {
    return `it has ${first.attributes} kinds of conditions, the other ${second.attributes}`;
  }
  if (first.hasPlainHostsOnly !== second.hasPlainHostsOnly) return 'its hosts have no wildcard';
  if (first.headerNames !== second.headerNames) {
    return `it asks for ${first.headerNames} headers, the other for ${second.headerNames}`;
  }
  if (first.isRegex !== second.isRegex) return 'regular expressions come before plain paths';
  if (first.regexPriority !== second.regexPriority) {
    return `its regex_priority is ${first.regexPriority}, the other's ${second.regexPriority}`;
  }
  if (first.prefixLength !== second.prefixLength) return 'its path is longer';
  return 'they rank alike, and its id is greater';
}
