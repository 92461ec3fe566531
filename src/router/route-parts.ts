import { HeaderCondition } from './header-condition.ts';
import { HostCondition } from './host-condition.ts';
import { compareRanks, type PartRank, rankKey } from './part-rank.ts';
import { type Comparable, isEmpty, namesOf, PartIdentity, rankOf, rankParts } from './rank-parts.ts';
import { type PathPattern, pathPatternOf } from './path-pattern.ts';
import type { CompiledExpression } from './expression/compile-expression.ts';
import { compileRouteExpression } from './route-expression.ts';
import type { Route } from '../entities/route.ts';
import type { Routable, RouterFlavor } from './router.ts';
import { type EndpointCondition, endpointCondition, sniCondition, withoutFinalDot } from './stream-conditions.ts';

/**
 * One entry of the router. A route's paths are split by prefix length, its regular expressions together, since each
 * group has a priority of its own (routing.md, after `transform.lua`); in `traditional` every path is a part.
 */
export interface RoutePart<Target extends Routable> {
  readonly target: Target;
  readonly identity: PartIdentity;
  /** Schemes of the request; `null` when they take no part, which is so in all flavours but `expressions`. */
  readonly schemes: ReadonlySet<string> | null;
  readonly methods: ReadonlySet<string> | null;
  readonly hosts: HostCondition | null;
  readonly headers: HeaderCondition | null;
  readonly serverNames: SniTest | null;
  readonly sources: EndpointCondition | null;
  readonly destinations: EndpointCondition | null;
  /** All of one length; `null` when the route has no paths or this is the regex part. */
  readonly prefixes: readonly string[] | null;
  /** Sources of the regular expressions. */
  readonly regexes: readonly string[] | null;
  readonly patterns: readonly PathPattern[] | null;
  /** Stands in for all other conditions. */
  readonly expression: CompiledExpression | null;
  readonly rank: PartRank;
}

/** Tests a server name. */
export interface SniTest {
  matches(sni: string | null): boolean;
}

/** Splits a route into its parts; none when Kong would leave it out, as it says nothing that its flavour understands. */
export function splitRoute<Target extends Routable>(
  target: Target,
  flavor: RouterFlavor = 'traditional_compatible',
): RoutePart<Target>[] {
  const { route } = target;
  if (route.expression !== null) return flavor === 'expressions' ? expressionParts(target, route.expression) : [];
  const common = conditionsOf(target, flavor);
  return rankParts(route, flavor).map(({ identity, paths, isRegex, rank }) => {
    const regexes = isRegex ? (paths?.map((path) => path.slice(1)) ?? null) : null;
    const patterns = regexes?.map((source) => pathPatternOf(source, flavor)) ?? null;
    return {
      target,
      identity,
      schemes: common.schemes,
      methods: common.methods,
      hosts: common.hosts,
      headers: common.headers,
      serverNames: common.serverNames,
      sources: common.sources,
      destinations: common.destinations,
      prefixes: isRegex ? null : paths,
      regexes,
      patterns,
      expression: null,
      rank,
    };
  });
}

/** What decides the places of the parts that {@link splitRoute} makes of a route, without its conditions. */
export function comparablesOf(route: Route, flavor: RouterFlavor): readonly Comparable[] {
  if (route.expression === null) return rankParts(route, flavor);
  return flavor === 'expressions' ? [{ identity: new PartIdentity(route.id, 0), rank: rankOfExpression(route) }] : [];
}

/** All parts of some routes, in the order in which they are tried. */
export function orderedParts<Target extends Routable>(
  targets: readonly Target[],
  flavor: RouterFlavor,
): readonly RoutePart<Target>[] {
  // There are few ranks and many ties: ranks are compared once for all that tie.
  const ties = new Map<string, RoutePart<Target>[]>();
  for (const target of targets) {
    for (const part of splitRoute(target, flavor)) {
      const key = rankKey(part.rank, flavor);
      const tie = ties.get(key);
      if (tie === undefined) ties.set(key, [part]);
      else tie.push(part);
    }
  }
  const order = [...ties.values()].sort(([a], [b]) => (a && b ? compareRanks(a.rank, b.rank, flavor) : 0));
  return order.flatMap((tie) => (flavor === 'traditional' ? tie : sortById(tie)));
}

/** The greater id first. */
function sortById<Part extends Comparable>(parts: readonly Part[]): readonly Part[] {
  const keyed = parts.map((part) => ({ id: part.identity.id, part }));
  keyed.sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
  return keyed.map(({ part }) => part);
}

type Conditions<Target extends Routable> = Omit<
  RoutePart<Target>,
  'identity' | 'prefixes' | 'regexes' | 'patterns' | 'rank'
>;

function conditionsOf<Target extends Routable>(target: Target, flavor: RouterFlavor): Conditions<Target> {
  const { route } = target;
  const isTraditional = flavor === 'traditional';
  const methods = isTraditional ? route.methods?.map((method) => method.toUpperCase()) : route.methods;
  return {
    target,
    schemes: flavor === 'expressions' ? schemesDemanded(route.protocols) : null,
    methods: isEmpty(route.methods) ? null : new Set(methods),
    hosts: isEmpty(route.hosts) ? null : new HostCondition(route.hosts ?? [], flavor),
    headers: isEmpty(namesOf(route.headers)) ? null : new HeaderCondition(route.headers ?? {}, flavor),
    serverNames: isTraditional ? plainSnis(route.snis) : sniCondition(route.snis),
    sources: endpointCondition(route.sources),
    destinations: endpointCondition(route.destinations),
    expression: null,
  };
}

function expressionParts<Target extends Routable>(target: Target, text: string): RoutePart<Target>[] {
  const { route } = target;
  const expression = compileRouteExpression(text, schemesDemanded(route.protocols));
  if (expression === null) return [];
  return [
    {
      target,
      identity: new PartIdentity(route.id, 0),
      schemes: null,
      methods: null,
      hosts: null,
      headers: null,
      serverNames: null,
      sources: null,
      destinations: null,
      prefixes: null,
      regexes: null,
      patterns: null,
      expression,
      rank: rankOfExpression(route),
    },
  ];
}

function rankOfExpression(route: Route): PartRank {
  return { ...rankOf(route, null), expressionPriority: route.priority ?? 0 };
}

/** `traditional` knows no wildcards here. */
function plainSnis(snis: readonly string[] | null): SniTest | null {
  if (isEmpty(snis)) return null;
  const names = new Set(snis?.map(withoutFinalDot));
  return { matches: (sni) => sni !== null && names.has(sni) };
}

/**
 * In `expressions` a route is for its protocols only, except that one for `https` alone takes plain requests too, so
 * that they can be redirected (Kong's `expressions.lua`).
 */
export function schemesDemanded(protocols: readonly string[]): ReadonlySet<string> | null {
  if (protocols.length === 0 || (protocols.length === 1 && protocols[0] === 'https')) return null;
  const replaced = new Map([
    ['grpc', 'http'],
    ['grpcs', 'https'],
  ]);
  const schemes = new Set(protocols.map((protocol) => replaced.get(protocol) ?? protocol));
  return schemes.has('http') && schemes.has('https') ? null : schemes;
}
