import type { RequestFacts } from './request-facts.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable, RouteMatch } from './router.ts';

/** What a route can require of a request. */
export type MatchCondition =
  | 'protocol'
  | 'method'
  | 'host'
  | 'headers'
  | 'path'
  | 'sni'
  | 'source'
  | 'destination'
  | 'expression';

type Part = RoutePart<Routable>;
type Test = (part: Part, facts: RequestFacts) => boolean;

/** One test a condition; a part without it passes. Cheap ones first. */
const tests: Readonly<Record<MatchCondition, Test>> = {
  protocol: schemeHolds,
  method: methodHolds,
  host: hostHolds,
  sni: sniHolds,
  source: sourceHolds,
  destination: destinationHolds,
  headers: headersHold,
  path: pathHolds,
  expression: expressionHolds,
};

const conditions = Object.keys(tests) as readonly MatchCondition[];

/** Whether a request meets every condition of a part: the very tests of {@link failedConditions}, spelled out for speed. */
export function partMatches(part: Part, facts: RequestFacts): boolean {
  return (
    schemeHolds(part, facts) &&
    methodHolds(part, facts) &&
    hostHolds(part, facts) &&
    sniHolds(part, facts) &&
    sourceHolds(part, facts) &&
    destinationHolds(part, facts) &&
    headersHold(part, facts) &&
    pathHolds(part, facts) &&
    expressionHolds(part, facts)
  );
}

/** The conditions of a part that a request does not meet. */
export function failedConditions(part: Part, facts: RequestFacts): readonly MatchCondition[] {
  return conditions.filter((condition) => !tests[condition](part, facts));
}

/** What the match of a part yields, given that it matches. */
export function matchOf<Target extends Routable>(part: RoutePart<Target>, facts: RequestFacts): RouteMatch<Target> {
  const { target, expression, patterns, headers } = part;
  const strips = target.route.strip_path;
  if (expression !== null) {
    const match = expression.match(facts.forExpressions);
    return { target, prefix: strips ? (match?.pathPrefix ?? null) : null, captures: match?.captures ?? null };
  }
  const captures = new Map<string, string>();
  let prefix = part.prefixes?.find((each) => facts.request.path.startsWith(each)) ?? null;
  for (const pattern of patterns ?? []) {
    const found = pattern.matchPrefix(facts.request.path);
    if (found === null) continue;
    prefix = found.matched;
    captures.set('0', found.matched);
    for (const [group, text] of found.groups) captures.set(group, text);
    break;
  }
  headers?.capture(facts.request.rawHeaders, captures);
  return { target, prefix: strips ? prefix : null, captures: captures.size > 1 ? captures : null };
}

function schemeHolds({ schemes }: Part, { request }: RequestFacts): boolean {
  return schemes === null || schemes.has(request.scheme);
}

function methodHolds({ methods }: Part, { request }: RequestFacts): boolean {
  return methods === null || methods.has(request.method);
}

function hostHolds({ hosts }: Part, facts: RequestFacts): boolean {
  return hosts === null || hosts.matches(facts.host);
}

/** On plain http the condition counts as met, so that the request can be redirected. */
function sniHolds({ serverNames }: Part, { request }: RequestFacts): boolean {
  return serverNames === null || request.scheme !== 'https' || serverNames.matches(request.sni);
}

function sourceHolds({ sources }: Part, facts: RequestFacts): boolean {
  return sources === null || sources.matches(facts.source, facts.request.sourcePort);
}

function destinationHolds({ destinations }: Part, facts: RequestFacts): boolean {
  return destinations === null || destinations.matches(facts.destination, facts.destinationPort);
}

function headersHold({ headers }: Part, { request }: RequestFacts): boolean {
  return headers === null || headers.matches(request.rawHeaders);
}

function pathHolds({ prefixes, patterns }: Part, { request }: RequestFacts): boolean {
  if (prefixes !== null) {
    for (const prefix of prefixes) if (request.path.startsWith(prefix)) return true;
    return false;
  }
  if (patterns === null) return true;
  for (const pattern of patterns) if (pattern.matchPrefix(request.path) !== null) return true;
  return false;
}

function expressionHolds({ expression }: Part, facts: RequestFacts): boolean {
  return expression?.match(facts.forExpressions) !== null;
}
