import { failedConditions, type MatchCondition } from './match-part.ts';
import type { PartRank } from './part-rank.ts';
import { RequestFacts } from './request-facts.ts';
import { orderedParts, type RoutePart } from './route-parts.ts';
import type { Routable, RouterFlavor, RouterRequest } from './router.ts';
import { isStreamRoute } from './stream-router.ts';
import { TraditionalFinder } from './traditional-finder.ts';

export type { MatchCondition } from './match-part.ts';
export { whyBefore } from './part-rank.ts';

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
 * Tests a request against every part of every route, in the order in which the router of the flavour tries them: the
 * first without a failed condition is the winner. The conditions are those of the router itself.
 */
export function explainMatch<Target extends Routable>(
  targets: readonly Target[],
  request: RouterRequest,
  flavor: RouterFlavor = 'traditional_compatible',
): readonly PartVerdict<Target>[] {
  const parts = orderedParts(
    targets.filter(({ route }) => !isStreamRoute(route)),
    flavor,
  );
  const facts = new RequestFacts(flavor);
  facts.load(request);
  const verdictOf = (part: RoutePart<Target>): PartVerdict<Target> => ({
    target: part.target,
    paths: pathsOf(part),
    failed: failedConditions(part, facts),
    rank: part.rank,
  });
  if (flavor !== 'traditional') return parts.map(verdictOf);
  const { tried, skipped } = new TraditionalFinder(parts).plan(facts);
  // What is skipped could match for want of a server name only, which is no match on plain http.
  const others = skipped.map(verdictOf).map((verdict): PartVerdict<Target> => {
    return verdict.failed.length > 0 ? verdict : { ...verdict, failed: ['sni'] };
  });
  return [...others, ...tried.map(verdictOf)];
}

function pathsOf(part: RoutePart<Routable>): readonly string[] | null {
  return part.prefixes ?? part.regexes?.map((source) => `~${source}`) ?? null;
}
