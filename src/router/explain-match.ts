import { CategoryStart } from './category-start.ts';
import { failedConditions, type MatchCondition } from './match-part.ts';
import type { PartRank } from './part-rank.ts';
import { RequestFacts } from './request-facts.ts';
import { orderedParts, type RoutePart } from './route-parts.ts';
import type { Routable, RouterFlavor, RouterRequest } from './router.ts';
import { isStreamRoute } from './stream-router.ts';

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
  const start = flavor === 'traditional' ? new CategoryStart(parts).of(facts) : 0;
  return parts.map((part, order) => {
    const failed = failedConditions(part, facts);
    // What stands before the start could match for want of a server name only.
    const isSkipped = order < start && failed.length === 0;
    return { target: part.target, paths: pathsOf(part), failed: isSkipped ? ['sni'] : failed, rank: part.rank };
  });
}

function pathsOf(part: RoutePart<Routable>): readonly string[] | null {
  return part.prefixes ?? part.regexes?.map((source) => `~${source}`) ?? null;
}
