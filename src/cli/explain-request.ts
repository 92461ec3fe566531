import type { EntitySet } from '../entities/entity-set.ts';
import { pluginCatalog } from '../plugins/registry.ts';
import { Gateway } from '../runtime/gateway.ts';
import { type PlannedPlugin, planPlugins } from '../runtime/plugin-plan.ts';
import { explainMatch, type MatchCondition, type PartVerdict, whyBefore } from '../router/explain-match.ts';
import { parseRequestTarget } from '../router/request-path.ts';
import type { RouteMatch } from '../router/router.ts';
import type { CompiledRoute, Snapshot } from '../runtime/snapshot.ts';
import { upstreamTarget } from '../runtime/upstream-target.ts';
import { createLog } from './log.ts';
import { pluginKnowledge } from './plugin-knowledge.ts';
import { UsageError } from './usage-error.ts';

/** A request to explain. */
export interface ExplainedRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** The Host header; empty when there is none. */
  readonly host: string;
  readonly port: number;
  /** Path and query, as on the request line. */
  readonly target: string;
  /** Name, value, name, value …, the Host header included. */
  readonly rawHeaders: readonly string[];
}

/** Another route, and what kept it from being chosen. */
export interface Loser {
  readonly route: string;
  readonly paths: readonly string[] | null;
  readonly failed: readonly MatchCondition[];
  readonly why: string;
}

/** What the gateway does with a request, before any plugin has its say. */
export interface Explanation {
  readonly request: { readonly method: string; readonly scheme: string; readonly host: string; readonly path: string };
  readonly route: {
    readonly id: string;
    readonly name: string | null;
    readonly paths: readonly string[] | null;
  } | null;
  readonly service: { readonly id: string; readonly name: string | null } | null;
  /** The redirect of a route that demands https. */
  readonly redirect: number | null;
  readonly upstream: { readonly url: string; readonly host: string } | null;
  readonly prefix: string | null;
  readonly captures: Readonly<Record<string, string>> | null;
  readonly plugins: readonly PlannedPlugin[];
  /** Nearest first. */
  readonly losers: readonly Loser[];
}

/** More of them say less. */
const MAX_LOSERS = 5;

/**
 * Explains a request with the very router that `gw start` would use: the gateway is built without being opened.
 * @throws {UsageError} for a path that no request can have
 */
export async function explainRequest(entities: EntitySet, request: ExplainedRequest): Promise<Explanation> {
  const gateway = await Gateway.create({ catalog: pluginCatalog, log: createLog('silent').log });
  try {
    gateway.apply(entities, '');
    return explain(gateway.snapshot, request);
  } finally {
    await gateway.drain(0);
  }
}

function explain(snapshot: Snapshot, request: ExplainedRequest): Explanation {
  const parsed = parseRequestTarget(request.target);
  if (typeof parsed === 'string') throw new UsageError(`"${request.target}" is no path a request can have: ${parsed}`);
  const { method, scheme, host, port, rawHeaders } = request;
  const unknown = { sni: null, sourceIp: null, sourcePort: null, destinationIp: null };
  const routerRequest = {
    method,
    scheme,
    host,
    port,
    path: parsed.path,
    query: parsed.search.slice(1),
    rawHeaders,
    ...unknown,
  };
  const match = snapshot.router.match(routerRequest);
  const verdicts = explainMatch(snapshot.routes, routerRequest);
  const winner = verdicts.find(({ failed }) => failed.length === 0) ?? null;
  const target = match?.target ?? null;
  const service = target?.service ?? null;
  const captures = match?.captures ?? null;
  const scope = { routeId: target?.route.id ?? null, serviceId: service?.id ?? null };
  return {
    request: { method, scheme, host, path: parsed.path },
    route: target === null ? null : { ...idAndName(target.route), paths: winner?.paths ?? null },
    service: service === null ? null : idAndName(service),
    redirect: target?.isHttpsOnly === true && scheme !== 'https' ? target.route.https_redirect_status_code : null,
    upstream: match === null ? null : upstreamOf(match, request, parsed.path, parsed.isPlain, parsed.search),
    prefix: match?.prefix ?? null,
    captures: captures === null ? null : Object.fromEntries(captures),
    plugins: planPlugins(snapshot.entities, scope, pluginKnowledge),
    losers: losersOf(verdicts, winner),
  };
}

function upstreamOf(
  { target, prefix }: RouteMatch<CompiledRoute>,
  request: ExplainedRequest,
  path: string,
  isPlain: boolean,
  search: string,
): Explanation['upstream'] {
  if (target.upstream === null) return null;
  const host = target.route.preserve_host && request.host !== '' ? request.host : target.upstreamHost;
  return { url: `${target.upstream.origin}${upstreamTarget(target, path, prefix, isPlain)}${search}`, host };
}

/** Those that would have matched, in their order, then those that lack least. One entry a route. */
function losersOf(
  verdicts: readonly PartVerdict<CompiledRoute>[],
  winner: PartVerdict<CompiledRoute> | null,
): readonly Loser[] {
  const others = verdicts.filter(({ target }) => target !== winner?.target);
  const nearest = [...others].sort((a, b) => a.failed.length - b.failed.length);
  const seen = new Set<CompiledRoute>();
  const losers: Loser[] = [];
  for (const { target, paths, failed, rank } of nearest) {
    if (losers.length === MAX_LOSERS) break;
    if (seen.has(target)) continue;
    seen.add(target);
    const why =
      failed.length > 0 || winner === null
        ? `${failed.join(' and ')} ${failed.length === 1 ? 'does' : 'do'} not match`
        : `it matches, but "${winner.target.label}" is tried first: ${whyBefore(winner.rank, rank)}`;
    losers.push({ route: target.label, paths, failed, why });
  }
  return losers;
}

function idAndName({ id, name }: { readonly id: string; readonly name: string | null }): {
  readonly id: string;
  readonly name: string | null;
} {
  return { id, name };
}
