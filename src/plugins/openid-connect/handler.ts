import type { Consumer } from '../../entities/consumer.ts';
import { IdentityProviderError, TokenInvalid, TokenRequestRejected } from '../../oidc/errors.ts';
import type { Exchange } from '../../pdk/exchange.ts';
import type { PluginHandler } from '../../pdk/plugin.ts';
import type { ClientCredentials } from './auth-methods/client-credentials.ts';
import type { CompiledConfig } from './compile-config.ts';
import { type ClientCredential, concealCredential, findCredential } from './credentials.ts';
import { applyDecision, type Decision } from './decision.ts';
import type { DecisionMaker } from './decision-maker.ts';
import { type FastLane, onlyAuthorization } from './fast-lane.ts';
import { RequestArguments } from './request-arguments.ts';
import type { Refusal, Responses } from './responses.ts';

/** What one configured instance is made of. */
export interface HandlerParts {
  readonly settings: CompiledConfig;
  readonly clientCredentials: ClientCredentials;
  readonly decisions: DecisionMaker;
  readonly responses: Responses;
  /** Null when more than the `Authorization` header decides. */
  readonly lane: FastLane | null;
  /** Who a caller counts as when authentication fails; null when `anonymous` is not set or names nobody. */
  readonly anonymous: Consumer | null;
  /** Lets go of what outlives the instance. */
  readonly release: () => void;
}

/** Refusals that `anonymous` turns into a pass: nobody authenticated, or nobody we know. Never for a fault. */
const anonymousInstead: ReadonlySet<Refusal['kind']> = new Set([
  'no-credential',
  'bad-client',
  'bad-token',
  'unmapped',
]);

/** One configured instance: authenticates, then hands the upstream a token in place of the caller's credential. */
export class OpenidConnectHandler implements PluginHandler {
  /** There only when callers are told something, so that other instances cost nothing in that phase. */
  readonly headerFilter?: (exchange: Exchange) => void;
  readonly #parts: HandlerParts;
  readonly #settings: CompiledConfig;
  readonly #lane: FastLane | null;
  readonly #downstream: WeakMap<Exchange, readonly string[]> | null;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#lane = parts.lane;
    const { downstream, token } = parts.settings;
    const tells = downstream.token !== null || downstream.claims.length > 0 || token.replay.length > 0;
    this.#downstream = tells ? new WeakMap() : null;
    if (tells) this.headerFilter = (exchange) => this.#tellCaller(exchange);
  }

  access(exchange: Exchange): void | Promise<void> {
    const settings = this.#settings;
    if (!settings.runsOnPreflight && exchange.request.method === 'OPTIONS') return undefined;
    // With `anonymous`, several authentication plugins are alternatives: one that succeeded is enough.
    const isAlternative = settings.anonymous !== null;
    if (isAlternative && (exchange.credential !== null || exchange.consumer !== null)) return undefined;
    const authorization = this.#lane === null ? null : onlyAuthorization(exchange.request.rawHeaders);
    if (this.#lane !== null && authorization !== null) {
      const decision = this.#lane.find(authorization, exchange.startedAt);
      if (decision !== null) {
        this.#pass(exchange, decision);
        return undefined;
      }
    }
    return this.#authenticate(exchange, authorization);
  }

  close(): void {
    this.#parts.release();
  }

  /** The ordinary way: everything that is not remembered from an equal request. */
  async #authenticate(exchange: Exchange, authorization: string | null): Promise<void> {
    const args = new RequestArguments(exchange.request);
    const { places } = this.#settings;
    const found = places.length === 0 ? 'none' : await findCredential(exchange.request, places, args);
    if (typeof found === 'string') {
      this.#refuse(exchange, { kind: 'no-credential', reason: searchReasons[found] });
      return;
    }
    const outcome = await this.#outcomeFor(exchange, found, args, authorization);
    if (this.#settings.hidesCredentials) await concealCredential(exchange, found, args);
    if (outcome.kind === 'pass') this.#pass(exchange, outcome);
    else this.#refuse(exchange, outcome);
  }

  async #outcomeFor(
    exchange: Exchange,
    credential: ClientCredential,
    args: RequestArguments,
    authorization: string | null,
  ): Promise<Decision | Refusal> {
    try {
      const entry = await this.#parts.clientCredentials.tokenFor(credential, exchange.request, args);
      if (entry.value.kind === 'refused') return rejection(entry.value.oauthError, credential.id);
      const outcome = this.#parts.decisions.decide(entry.value, credential);
      if (outcome.kind === 'pass' && credential.place === 'header' && authorization !== null) {
        this.#lane?.remember(authorization, outcome, entry.refreshAt);
      }
      return outcome;
    } catch (error) {
      return refusalFor(error, credential.id);
    }
  }

  #pass(exchange: Exchange, decision: Decision): void {
    applyDecision(exchange, decision);
    if (this.#downstream !== null && decision.downstream !== null) {
      this.#downstream.set(exchange, decision.downstream);
    }
  }

  #refuse(exchange: Exchange, refusal: Refusal): void {
    const { anonymous, decisions, responses } = this.#parts;
    if (this.#settings.anonymous !== null && anonymousInstead.has(refusal.kind)) {
      if (anonymous !== null) this.#pass(exchange, decisions.anonymous(anonymous));
      else failWithoutAnonymous(exchange, this.#settings.anonymous);
      return;
    }
    const status = responses.send(exchange, refusal);
    logRefusal(exchange, refusal, this.#settings.issuer.issuer, status);
  }

  #tellCaller(exchange: Exchange): void {
    const headers = this.#downstream?.get(exchange) ?? [];
    for (let at = 0; at < headers.length; at += 2) {
      exchange.response.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
    }
  }
}

const searchReasons = {
  none: 'no credential was sent',
  ambiguous: 'more than one Authorization header was sent',
} as const;

/** Kong's words for an `anonymous` that names nobody. */
function failWithoutAnonymous(exchange: Exchange, anonymous: string): void {
  const message = `anonymous consumer ${anonymous} is configured but doesn't exist`;
  exchange.log.error({ plugin: 'openid-connect', anonymous }, 'the anonymous consumer does not exist');
  exchange.exit(500, { message });
}

/** Our phrase for each error code of RFC 6749 §5.2 and RFC 8707; another party's words are not repeated. */
const rejections: Readonly<Record<string, string>> = {
  invalid_client: 'client authentication failed',
  invalid_grant: 'the grant was not accepted',
  invalid_request: 'the token request was not accepted',
  invalid_scope: 'the scope was not accepted',
  invalid_target: 'the audience or resource was not accepted',
  unauthorized_client: 'the client may not use this grant',
};

function rejection(oauthError: string | null, clientId: string): Refusal {
  const known = oauthError !== null && Object.hasOwn(rejections, oauthError) ? rejections[oauthError] : undefined;
  return { kind: 'bad-client', reason: known ?? 'the token request was refused', clientId };
}

function refusalFor(error: unknown, clientId: string): Refusal {
  if (error instanceof TokenRequestRejected) return rejection(error.oauthError, clientId);
  if (error instanceof TokenInvalid) return { kind: 'bad-token', reason: error.reason, clientId };
  if (error instanceof IdentityProviderError) {
    return { kind: 'unavailable', reason: error.reason, clientId, cause: error };
  }
  return { kind: 'unexpected', reason: 'the gateway or identity provider is misconfigured', clientId, cause: error };
}

const LONGEST_LOGGED_ID = 200;

/** One line per refused request: enough to find out why, nothing that could be used. */
function logRefusal(exchange: Exchange, refusal: Refusal, issuer: string, status: number): void {
  const fields = {
    plugin: 'openid-connect',
    status,
    reason: refusal.reason,
    client_id: refusal.clientId?.slice(0, LONGEST_LOGGED_ID),
    issuer,
    err: refusal.cause,
  };
  if (refusal.kind === 'unexpected') exchange.log.error(fields, 'request failed');
  else if (refusal.kind === 'unavailable') exchange.log.warn(fields, 'identity provider unavailable');
  // The caller did nothing wrong: somebody must look at provider and config.
  else if (refusal.kind === 'bad-token') exchange.log.warn(fields, 'request refused');
  else exchange.log.info(fields, 'request refused');
}
