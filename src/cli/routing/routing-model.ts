import type { EntitySet } from '../../entities/entity-set.ts';
import { parseRequestTarget, type RequestPath } from '../../router/request-path.ts';
import type { RouteMatch, Router, RouterFlavor, RouterRequest } from '../../router/router.ts';
import { TraditionalRouter } from '../../router/traditional-router.ts';
import { whyIdle } from '../../runtime/compile.ts';
import { type PlannedPlugin, planPlugins } from '../../runtime/plugin-plan.ts';
import { upstreamTarget } from '../../runtime/upstream-target.ts';
import { pluginKnowledge } from '../plugin-knowledge.ts';
import { type ModelRoute, modelRoutes } from './model-route.ts';
import { type OwnAnswer, ownAnswer } from './own-answer.ts';
import type { HttpQuestion, Question } from './question.ts';

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
  /** Routes that the HTTP router chooses from, in the order of the config. */
  readonly routes: readonly ModelRoute[];
  readonly flavor: RouterFlavor;
  readonly #entities: EntitySet;
  readonly #router: Router<ModelRoute>;
  readonly #plugins = new Map<ModelRoute | null, readonly PlannedPlugin[]>();

  constructor(entities: EntitySet, flavor: RouterFlavor) {
    this.#entities = entities;
    this.flavor = flavor;
    this.routes = modelRoutes(entities).filter(({ route, service }) => whyIdle(route, service) === null);
    this.#router = new TraditionalRouter(this.routes);
  }

  /** What becomes of a request or connection. */
  answer(question: Question): Answer {
    if (question.kind === 'stream') throw new Error('not yet');
    const path = readPath(question);
    if (typeof path === 'string') return this.#refusal(path === 'not UTF-8' ? noRoute : badRequest);
    const match = this.#router.match(routerRequest(question, path));
    if (match === null) return this.#refusal(noRoute);
    return this.#matched(match, question, path);
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
    return {
      target: null,
      upstreamUrl: null,
      upstreamHost: null,
      prefix: null,
      captures: null,
      own,
      plugins: this.#pluginsOf(null),
    };
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

const noRoute: OwnAnswer = {
  reason: 'no route',
  status: 404,
  redirect: null,
  message: 'no Route matched with those values',
};

/** What could be read in two ways is refused before it is routed. */
const badRequest: OwnAnswer = { reason: 'bad request', status: 400, redirect: null, message: 'Bad request' };

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
