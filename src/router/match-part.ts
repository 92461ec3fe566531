import type { RegexMatch } from '../lib/route-pattern.ts';
import type { HeaderCondition } from './header-condition.ts';
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

/** What the match of a part yields, given that it was the last to match. */
export function matchOf<Target extends Routable>(part: RoutePart<Target>, facts: RequestFacts): RouteMatch<Target> {
  const { target, headers } = part;
  const strips = target.route.strip_path;
  if (part.expression !== null) {
    const match = facts.lastPart === part ? facts.lastExpression : part.expression.match(facts.forExpressions);
    return { target, prefix: strips ? (match?.pathPrefix ?? null) : null, captures: match?.captures ?? null };
  }
  const found = facts.lastPart === part ? facts.lastRegex : matchRegexes(part, facts);
  const prefix = found?.matched ?? prefixOf(part, facts.request.path);
  const captures = found === null && headers?.hasPatterns !== true ? null : capturesOf(found, headers, facts);
  return { target, prefix: strips ? prefix : null, captures };
}

function prefixOf({ prefixes }: Part, path: string): string | null {
  if (prefixes !== null) for (const prefix of prefixes) if (path.startsWith(prefix)) return prefix;
  return null;
}

/** Groups of a path's pattern. The whole match alone is no capture. */
export function pathCaptures(found: RegexMatch): Map<string, string> | null {
  if (found.groups.size === 0) return null;
  const captures = new Map([['0', found.matched]]);
  for (const [group, text] of found.groups) captures.set(group, text);
  return captures;
}

/** Groups of the path's pattern, then those of headers. */
function capturesOf(
  found: RegexMatch | null,
  headers: HeaderCondition | null,
  { request }: RequestFacts,
): ReadonlyMap<string, string> | null {
  if (headers?.hasPatterns !== true) return found === null ? null : pathCaptures(found);
  const captures = new Map<string, string>();
  if (found !== null) captures.set('0', found.matched);
  for (const [group, text] of found?.groups ?? []) captures.set(group, text);
  headers.capture(request.rawHeaders, captures);
  return captures.size > 1 ? captures : null;
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

function pathHolds(part: Part, facts: RequestFacts): boolean {
  if (part.prefixes !== null) return prefixOf(part, facts.request.path) !== null;
  return part.patterns === null || matchRegexes(part, facts) !== null;
}

/** The first pattern that matches; it is noted, for it is asked for again if this part is chosen. */
function matchRegexes(part: Part, facts: RequestFacts): RegexMatch | null {
  if (part.patterns === null) return null;
  for (const pattern of part.patterns) {
    const found = pattern.match(facts.request.path);
    if (found === null) continue;
    facts.lastPart = part;
    facts.lastRegex = found;
    return found;
  }
  return null;
}

function expressionHolds(part: Part, facts: RequestFacts): boolean {
  if (part.expression === null) return true;
  const match = part.expression.match(facts.forExpressions);
  if (match === null) return false;
  facts.lastPart = part;
  facts.lastExpression = match;
  return true;
}
