import type { Route, RouteEndpoint } from '../entities/route.ts';
import { type CompiledExpression, compileExpression } from './expression/compile-expression.ts';
import { ExpressionFacts } from './expression/expression-facts.ts';
import { parseExpression } from './expression/parse-expression.ts';
import { type EndpointCondition, endpointCondition, type SniCondition, sniCondition } from './stream-conditions.ts';
import type { StreamFacts } from './stream-request.ts';
import type { Routable, RouterFlavor } from './router.ts';

/** A route as the indexed router tries it. */
export interface StreamEntry<Target extends Routable> {
  readonly target: Target;
  readonly rank: StreamRank;
  readonly snis: SniCondition | null;
  readonly sources: EndpointCondition | null;
  readonly destinations: EndpointCondition | null;
  matches(facts: StreamFacts): boolean;
}

/** What decides the order, most significant first; higher goes first. */
export interface StreamRank {
  readonly isExpression: boolean;
  /** The `priority` of an expression, or the weight Kong gives to the attributes (`transform.lua`). */
  readonly weight: number;
}

/** `null` for a route with an expression that this flavour cannot run. */
export function compileStreamEntry<Target extends Routable>(
  target: Target,
  flavor: RouterFlavor,
): StreamEntry<Target> | null {
  const { expression } = target.route;
  const protocols = flavor === 'expressions' ? protocolsDemanded(target.route) : null;
  if (expression === null) return new AttributeEntry(target, protocols);
  const parsed = flavor === 'expressions' ? parseExpression(expression, 'stream') : null;
  return parsed?.ok === true ? new ExpressionEntry(target, compileExpression(parsed.expression), protocols) : null;
}

/** Sorts entries into the order they are tried: by rank, then the greater id. */
export function compareStreamEntries(a: StreamEntry<Routable>, b: StreamEntry<Routable>): number {
  if (a.rank.isExpression !== b.rank.isExpression) return a.rank.isExpression ? -1 : 1;
  if (a.rank.weight !== b.rank.weight) return b.rank.weight - a.rank.weight;
  return a.target.route.id < b.target.route.id ? 1 : -1;
}

/** The rank of a route with attributes: server names, or both ends of the connection, before all else. */
export function rankOfAttributes(route: Pick<Route, 'snis' | 'sources' | 'destinations'>): StreamRank {
  const hasSnis = (route.snis?.length ?? 0) > 0;
  const hasBothEnds = (route.sources?.length ?? 0) > 0 && (route.destinations?.length ?? 0) > 0;
  const ends = weightOf(route.sources) * 16 + weightOf(route.destinations);
  return { isExpression: false, weight: (hasSnis || hasBothEnds ? 256 : 0) + ends };
}

/** A plain address counts 8, a port 4, a range 1, however many there are of each. */
function weightOf(endpoints: readonly RouteEndpoint[] | null): number {
  let weight = 0;
  for (const { ip, port } of endpoints ?? []) {
    if ((ip ?? null) !== null) weight |= ip?.includes('/') === true ? 1 : 8;
    if ((port ?? null) !== null) weight |= 4;
  }
  return weight;
}

/**
 * In `expressions` a route is for its protocols only, except that one for `tls` or `tls_passthrough` alone takes plain
 * connections too (Kong's `expressions.lua`).
 */
function protocolsDemanded(route: Route): ReadonlySet<string> | null {
  const [only, ...others] = route.protocols;
  if (others.length === 0 && (only === 'tls' || only === 'tls_passthrough')) return null;
  return new Set(route.protocols.map((protocol) => (protocol === 'tls_passthrough' ? 'tcp' : protocol)));
}

class AttributeEntry<Target extends Routable> implements StreamEntry<Target> {
  readonly target: Target;
  readonly rank: StreamRank;
  readonly snis: SniCondition | null;
  readonly sources: EndpointCondition | null;
  readonly destinations: EndpointCondition | null;
  readonly #protocols: ReadonlySet<string> | null;

  constructor(target: Target, protocols: ReadonlySet<string> | null) {
    const { route } = target;
    this.target = target;
    this.rank = rankOfAttributes(route);
    this.snis = sniCondition(route.snis);
    this.sources = endpointCondition(route.sources);
    this.destinations = endpointCondition(route.destinations);
    this.#protocols = protocols;
  }

  matches({ request, protocol, source, destination }: StreamFacts): boolean {
    if (this.#protocols?.has(protocol) === false) return false;
    if (this.snis !== null && protocol === 'tls' && !this.snis.matches(request.sni)) return false;
    if (this.sources !== null && !this.sources.matches(source, request.sourcePort)) return false;
    return this.destinations === null || this.destinations.matches(destination, request.destinationPort);
  }
}

class ExpressionEntry<Target extends Routable> implements StreamEntry<Target> {
  readonly target: Target;
  readonly rank: StreamRank;
  readonly snis = null;
  readonly sources = null;
  readonly destinations = null;
  readonly #expression: CompiledExpression;
  readonly #protocols: ReadonlySet<string> | null;

  constructor(target: Target, expression: CompiledExpression, protocols: ReadonlySet<string> | null) {
    this.target = target;
    this.rank = { isExpression: true, weight: target.route.priority ?? 0 };
    this.#expression = expression;
    this.#protocols = protocols;
  }

  matches({ protocol, request }: StreamFacts): boolean {
    if (this.#protocols?.has(protocol) === false) return false;
    return this.#expression.match(ExpressionFacts.ofConnection({ ...request, protocol })) !== null;
  }
}
