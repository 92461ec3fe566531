import type { Route } from '../../entities/route.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import { createRouter } from '../../router/create-router.ts';
import { parseRequestTarget, type RequestPath } from '../../router/request-path.ts';
import type { RouteMatch, Router, RouterFlavor, RouterRequest } from '../../router/router.ts';
import { createStreamRouter } from '../../router/stream-router.ts';
import type { StreamRouter } from '../../router/stream-request.ts';
import { whyIdle } from '../../runtime/idle-route.ts';
import { type PlannedPlugin, planPlugins } from '../../runtime/plugin-plan.ts';
import { upstreamTarget } from '../../runtime/upstream-target.ts';
import { pluginKnowledge } from '../plugin-knowledge.ts';
import { type ModelRoute, modelRoutes, type NamedEntity } from './model-route.ts';
import { type OwnAnswer, ownAnswer } from './own-answer.ts';
import type { HttpQuestion, Question, StreamQuestion } from './question.ts';

/** What becomes of a request before any plugin has its say. */
export interface Answer {
  /** The route; `null` when there is none. */
  readonly target: ModelRoute | null;
  /** Where the request goes, or would go if the gateway did not answer itself; `null` without a service. */
  readonly upstreamUrl: string | null;
  readonly upstreamHost: string | null;
  readonly prefix: string | null;
  readonly captures: ReadonlyMap<string, string> | null;
  /** What the gateway answers by itself; `null` when it proxies. */
  readonly own: OwnAnswer | null;
  readonly plugins: readonly PlannedPlugin[];
}

/** A config's routes with the very router that `gw start` would use, and without anything that touches a network. */
export class RoutingModel {
  readonly flavor: RouterFlavor;
  /** Routes that requests and connections can reach, in the order of the config. */
  readonly routes: readonly ModelRoute[];
  /** The others. */
  readonly idleRoutes: readonly ModelRoute[];
  readonly #entities: EntitySet;
  readonly #idle = new Map<string, string>();
  readonly #router: Router<ModelRoute>;
  readonly #streamRouter: StreamRouter<ModelRoute>;
  readonly #plugins = new Map<ModelRoute | null, readonly PlannedPlugin[]>();

  constructor(entities: EntitySet, flavor: RouterFlavor) {
    this.#entities = entities;
    this.flavor = flavor;
    const routes = modelRoutes(entities, flavor);
    for (const { route, service } of routes) {
      const idle = whyIdle(route, service) ?? whyUnknown(route, flavor);
      if (idle !== null) this.#idle.set(route.id, idle);
    }
    this.routes = routes.filter(({ route }) => !this.#idle.has(route.id));
    this.idleRoutes = routes.filter(({ route }) => this.#idle.has(route.id));
    this.#router = createRouter(this.routes, flavor);
    this.#streamRouter = createStreamRouter(this.routes, flavor);
  }

  /** All routes of the config, whether or not they can be reached. */
  get allRoutes(): readonly NamedEntity[] {
    return this.#entities.routes;
  }

  get services(): readonly NamedEntity[] {
    return this.#entities.services;
  }

  /** Why no request comes to a route at all; `null` if one can. */
  whyIdle(routeId: string): string | null {
    return this.#idle.get(routeId) ?? null;
  }

  /** What becomes of a request or connection. */
  answer(question: Question): Answer {
    if (question.kind === 'stream') return this.#connection(question);
    const path = readPath(question);
    if (typeof path === 'string') return this.#refusal(path === 'not UTF-8' ? noRoute : badRequest);
    const match = this.#router.match(routerRequest(question, path));
    if (match === null) return this.#refusal(noRoute);
    return this.#matched(match, question, path);
  }

  /** A connection without route or service is closed: there is no status for that. */
  #connection(question: StreamQuestion): Answer {
    const target = this.#streamRouter.match(question)?.target ?? null;
    return { ...nothing, target, upstreamUrl: target?.origin ?? null, plugins: this.#pluginsOf(target) };
  }

  #matched(match: RouteMatch<ModelRoute>, question: HttpQuestion, path: RequestPath): Answer {
    const { target, prefix, captures } = match;
    const { origin, route } = target;
    const url =
      origin === null ? null : `${origin}${upstreamTarget(target, path.path, prefix, path.isPlain)}${path.search}`;
    return {
      target,
      upstreamUrl: url,
      upstreamHost: url !== null && route.preserve_host && question.host !== '' ? question.host : target.upstreamHost,
      prefix,
      captures,
      own: ownAnswer(target, question),
      plugins: this.#pluginsOf(target),
    };
  }

  #refusal(own: OwnAnswer): Answer {
    return { ...nothing, own, plugins: this.#pluginsOf(null) };
  }

  #pluginsOf(target: ModelRoute | null): readonly PlannedPlugin[] {
    let plugins = this.#plugins.get(target);
    if (plugins === undefined) {
      const scope = { routeId: target?.route.id ?? null, serviceId: target?.service?.id ?? null };
      plugins = planPlugins(this.#entities, scope, pluginKnowledge);
      this.#plugins.set(target, plugins);
    }
    return plugins;
  }
}

const nothing: Omit<Answer, 'plugins'> = {
  target: null,
  upstreamUrl: null,
  upstreamHost: null,
  prefix: null,
  captures: null,
  own: null,
};

const noRoute: OwnAnswer = {
  reason: 'no route',
  status: 404,
  redirect: null,
  message: 'no Route matched with those values',
};

/** What could be read in two ways is refused before it is routed. */
const badRequest: OwnAnswer = { reason: 'bad request', status: 400, redirect: null, message: 'Bad request' };

/** Routers of the other flavors leave expressions out. */
function whyUnknown({ expression }: Route, flavor: RouterFlavor): string | null {
  return expression === null || flavor === 'expressions' ? null : `the router flavor ${flavor} knows no expressions`;
}

/** The path as routing sees it, or why it cannot be read. */
export function readPath({ target }: HttpQuestion): ReturnType<typeof parseRequestTarget> {
  return parseRequestTarget(target);
}

/** A question as the router takes it. */
export function routerRequest(question: HttpQuestion, { path, search }: RequestPath): RouterRequest {
  const { method, scheme, host, port, rawHeaders, sni, sourceIp, sourcePort, destinationIp } = question;
  const query = search.slice(1);
  return { method, scheme, host, port, path, query, rawHeaders, sni, sourceIp, sourcePort, destinationIp };
}
