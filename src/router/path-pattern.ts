import { compileRoutePattern, type RoutePattern } from '../lib/route-pattern.ts';

/** What stands in for a pattern that does not compile: such a route is left out, as in Kong. */
const nothing: RoutePattern = { matchPrefix: () => null, find: () => null, test: () => false };

/** Compiles a pattern of a route. Config checking refuses a bad one; one that got here all the same matches nothing. */
export function patternOf(source: string): RoutePattern {
  const compiled = compileRoutePattern(source);
  return compiled.ok ? compiled.pattern : nothing;
}
