import type { MatchCondition } from '../../router/explain-match.ts';
import { compileStreamEntry } from '../../router/stream-entry.ts';
import { readStreamFacts } from '../../router/stream-request.ts';
import { createStreamRouter, isStreamRoute } from '../../router/stream-router.ts';
import type { RouterFlavor } from '../../router/router.ts';
import { orderedStreamRoutes } from '../stream-order.ts';
import type { ModelRoute } from './model-route.ts';
import type { StreamQuestion } from './question.ts';

/** What became of a route of connections. */
export interface StreamVerdict {
  readonly target: ModelRoute;
  /** Conditions that the connection does not meet; none for a route that matches. */
  readonly failed: readonly MatchCondition[];
}

/** Tests a connection against every route, in the order in which they are tried, each by a router of its own. */
export function explainConnection(
  targets: readonly ModelRoute[],
  question: StreamQuestion,
  flavor: RouterFlavor,
): readonly StreamVerdict[] {
  const ours = targets.filter(({ route }) => isStreamRoute(route));
  return orderedStreamRoutes(ours, flavor).map((target) => {
    const isMatch = createStreamRouter([target], flavor).match(question) !== null;
    return { target, failed: isMatch ? [] : failedConditions(target, question, flavor) };
  });
}

function failedConditions(
  target: ModelRoute,
  question: StreamQuestion,
  flavor: RouterFlavor,
): readonly MatchCondition[] {
  if (target.route.expression !== null) return ['expression'];
  const { protocol, source, destination } = readStreamFacts(question);
  const { snis = null, sources = null, destinations = null } = compileStreamEntry(target, flavor) ?? {};
  const failed: MatchCondition[] = [];
  const asksName = protocol === 'tls' || flavor === 'traditional';
  if (snis !== null && asksName && !snis.matches(question.sni)) failed.push('sni');
  if (sources?.matches(source, question.sourcePort) === false) failed.push('source');
  if (destinations?.matches(destination, question.destinationPort) === false) failed.push('destination');
  if (failed.length > 0) return failed;
  // `traditional` knows no wildcards in server names, other flavors heed the protocol.
  return [flavor === 'traditional' ? 'sni' : 'protocol'];
}
