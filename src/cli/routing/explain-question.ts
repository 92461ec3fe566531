import { explainMatch, type MatchCondition, type PartVerdict, whyBefore } from '../../router/explain-match.ts';
import type { PartRank } from '../../router/part-rank.ts';
import type { RouterFlavor } from '../../router/router.ts';
import type { PlannedPlugin } from '../../runtime/plugin-plan.ts';
import { UsageError } from '../usage-error.ts';
import { answerRecord } from './answer-record.ts';
import type { ModelRoute, NamedEntity, UpstreamView } from './model-route.ts';
import { explainConnection } from './explain-connection.ts';
import type { Question } from './question.ts';
import { type Answer, readPath, routerRequest, type RoutingModel } from './routing-model.ts';

/** Another route, and what kept it from being chosen. */
export interface Loser {
  readonly route: string;
  readonly paths: readonly string[] | null;
  /** Of a route that has one in place of paths and other conditions. */
  readonly expression: string | null;
  readonly failed: readonly MatchCondition[];
  readonly why: string;
}

/** What the gateway does with a request, before any plugin has its say. */
export interface Explanation {
  readonly request: {
    readonly method: string | null;
    readonly scheme: string;
    readonly host: string;
    readonly path: string;
  };
  readonly route: (NamedEntity & Pick<Loser, 'paths' | 'expression'>) | null;
  readonly service: NamedEntity | null;
  /** The status of the answer to plain http when the route demands https. */
  readonly redirect: number | null;
  /** Where a redirect leads. */
  readonly location: string | null;
  /** What the gateway answers itself, if it does. */
  readonly status: number | null;
  readonly message: string | null;
  readonly upstream: {
    readonly url: string;
    readonly host: string | null;
    readonly balanced: UpstreamView | null;
  } | null;
  readonly prefix: string | null;
  readonly captures: Readonly<Record<string, string>> | null;
  readonly plugins: readonly PlannedPlugin[];
  /** Nearest first. */
  readonly losers: readonly Loser[];
}

/** More of them say less. */
const MAX_LOSERS = 5;

/**
 * Explains a request with the model's router, and why other routes did not get it.
 * @throws {UsageError} for a path that no request can have
 */
export function explainQuestion(model: RoutingModel, question: Question): Explanation {
  const answer = model.answer(question);
  const verdicts = verdictsOf(model, question);
  const winner = winnerOf(verdicts, answer);
  const { route, service, upstream_url: url, upstream_host: host, upstream, ...record } = answerRecord(answer);
  const { own, plugins } = answer;
  return {
    request: describeRequest(question),
    route: route === null ? null : { ...route, paths: winner?.paths ?? null, expression: expressionOf(answer.target) },
    service,
    redirect: own?.reason === 'https' ? own.status : null,
    location: record.redirect,
    status: record.status,
    message: own?.message ?? null,
    upstream: url === null ? null : { url, host, balanced: upstream },
    prefix: record.prefix,
    captures: record.captures,
    plugins,
    losers: losersOf(verdicts, winner, model.flavor),
  };
}

/** Why a certain route did not get a request; `null` when it did, or when nothing is known about it. */
export function whyNotRoute(model: RoutingModel, question: Question, answer: Answer, routeId: string): string | null {
  if (answer.target?.route.id === routeId || isUnreadable(question)) return null;
  const verdicts = verdictsOf(model, question);
  const winner = winnerOf(verdicts, answer);
  const parts = verdicts.filter(({ target }) => target.route.id === routeId);
  const [nearest] = parts.sort((a, b) => a.failed.length - b.failed.length);
  return nearest === undefined ? null : whyLost(nearest, winner, model.flavor);
}

/** What became of a route or a part of one. */
interface Verdict extends Pick<PartVerdict<ModelRoute>, 'target' | 'paths' | 'failed'> {
  /** `null` for connections: what puts one route before another is not told there. */
  readonly rank: PartRank | null;
}

function isUnreadable(question: Question): boolean {
  return question.kind === 'http' && typeof readPath(question) === 'string';
}

/** @throws {UsageError} for a path that no request can have */
function verdictsOf(model: RoutingModel, question: Question): readonly Verdict[] {
  const { routes, flavor } = model;
  if (question.kind === 'stream') {
    const verdicts = explainConnection(routes, question, flavor);
    return verdicts.map((verdict) => ({ ...verdict, paths: null, rank: null }));
  }
  const path = readPath(question);
  if (typeof path !== 'string') return explainMatch(routes, routerRequest(question, path), flavor);
  // Kept for people, who mistyped; a line of a file gets the answer of the gateway.
  throw new UsageError(`"${question.target}" is no path a request can have: ${path}`);
}

function winnerOf(verdicts: readonly Verdict[], answer: Answer): Verdict | null {
  return verdicts.find(({ target, failed }) => target === answer.target && failed.length === 0) ?? null;
}

function expressionOf(target: ModelRoute | null): string | null {
  return target?.route.expression ?? null;
}

function describeRequest(question: Question): Explanation['request'] {
  if (question.kind === 'stream') {
    const { protocol, sni, destinationIp, destinationPort } = question;
    const port = destinationPort === null ? '' : `:${destinationPort}`;
    return { method: null, scheme: protocol, host: `${sni ?? destinationIp ?? ''}${port}`, path: '' };
  }
  const { method, scheme, host, target } = question;
  const path = readPath(question);
  return { method, scheme, host, path: typeof path === 'string' ? target : path.path };
}

/** Those that would have matched, in their order, then those that lack least. One entry a route. */
function losersOf(verdicts: readonly Verdict[], winner: Verdict | null, flavor: RouterFlavor): readonly Loser[] {
  const others = verdicts.filter(({ target }) => target !== winner?.target);
  const nearest = [...others].sort((a, b) => a.failed.length - b.failed.length);
  const seen = new Set<ModelRoute>();
  const losers: Loser[] = [];
  for (const verdict of nearest) {
    if (losers.length === MAX_LOSERS) break;
    const { target, paths, failed } = verdict;
    if (seen.has(target)) continue;
    seen.add(target);
    losers.push({
      route: target.label,
      paths,
      expression: expressionOf(target),
      failed,
      why: whyLost(verdict, winner, flavor),
    });
  }
  return losers;
}

function whyLost({ failed, rank }: Verdict, winner: Verdict | null, flavor: RouterFlavor): string {
  if (failed.length > 0 || winner === null) {
    const isOne = failed.length === 1 && failed[0] !== 'headers';
    return `${failed.join(' and ')} ${isOne ? 'does' : 'do'} not match`;
  }
  const first = `it matches, but "${winner.target.label}" is tried first`;
  return winner.rank === null || rank === null ? first : `${first}: ${whyBefore(winner.rank, rank, flavor)}`;
}
