import type { Consumer } from '../../entities/consumer.ts';
import type { Exchange } from '../../pdk/exchange.ts';
import type { PluginHandler } from '../../pdk/plugin.ts';
import type { Attempt, AuthMethod } from './auth-method.ts';
import type { AuthReports } from './auth-reports.ts';
import { mayHoldAnotherToken } from './bearer-token.ts';
import type { CompiledConfig } from './compile-config.ts';
import { applyDecision, type Decision } from './decision.ts';
import type { DecisionMaker } from './decision-maker.ts';
import { type FastLane, onlyAuthorization } from './fast-lane.ts';
import type { OwnClients } from './own-clients.ts';
import type { ProofOfPossession } from './proof/proof-of-possession.ts';
import { logRefusal } from './refusal-log.ts';
import { refusalFor } from './rejections.ts';
import { RequestSearch } from './request-search.ts';
import type { Refusal, Responses } from './responses.ts';
import { headerNames } from './token-headers.ts';
import type { UserInfoSource } from './user-info-source.ts';

/** What one configured instance is made of. */
export interface HandlerParts {
  readonly settings: CompiledConfig;
  /** The enabled ones, in the order in which they look for a credential. */
  readonly methods: readonly AuthMethod[];
  /** Completes what a method proved; null when nobody asks for the user. */
  readonly userInfo: UserInfoSource | null;
  /** What callers must show beside a token; null when tokens alone do. */
  readonly possession: ProofOfPossession | null;
  readonly decisions: DecisionMaker;
  readonly responses: Responses;
  /** The gateway's own: where a refused caller is sent may depend on which of them it names. */
  readonly clients: Pick<OwnClients, 'select'>;
  /** Null when more than the `Authorization` header decides. */
  readonly lane: FastLane | null;
  /** Null when callers are not told how they were authenticated. */
  readonly reports: AuthReports | null;
  /** Whether the log takes lines about callers that pass as anonymous; making one for nobody would cost each of them. */
  readonly logsAnonymous: boolean;
  /** Who a caller counts as when authentication fails; null when `anonymous` is not set or names nobody. */
  readonly anonymous: Consumer | null;
  /** Lets go of what outlives the instance. */
  readonly release: () => void;
}

/**
 * Refusals that `anonymous` turns into a pass: nobody authenticated, or nobody we know. Never for a fault, nor for what a
 * known caller may not do, such as being in none of the groups.
 */
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
  readonly #reports: AuthReports | null;
  readonly #downstream: WeakMap<Exchange, readonly string[]> | null;
  /** Headers that only this plugin may write; `Authorization` may be a credential for somebody else. */
  readonly #upstreamNames: readonly string[];
  readonly #downstreamNames: readonly string[];

  constructor(parts: HandlerParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#lane = parts.lane;
    this.#reports = parts.reports;
    const { upstream, downstream, grants } = parts.settings;
    this.#upstreamNames = headerNames(upstream).filter((name) => name.toLowerCase() !== 'authorization');
    this.#downstreamNames = headerNames(downstream);
    const tells = this.#downstreamNames.length > 0 || grants.replaysHeaders;
    this.#downstream = tells ? new WeakMap() : null;
    const renewsNonces = parts.possession?.renewsNonces === true;
    if (tells || renewsNonces || this.#reports !== null) this.headerFilter = (exchange) => this.#tellCaller(exchange);
  }

  access(exchange: Exchange): void | Promise<void> {
    const settings = this.#settings;
    this.#parts.possession?.hide(exchange);
    if (!settings.runsOnPreflight && exchange.request.method === 'OPTIONS') {
      this.#dropForged(exchange);
      return undefined;
    }
    // With `anonymous`, several authentication plugins are alternatives: one that succeeded is enough.
    const isAlternative = settings.anonymous !== null;
    if (isAlternative && (exchange.credential !== null || exchange.consumer !== null)) {
      this.#dropForged(exchange);
      return undefined;
    }
    const isHeaderAlone = this.#lane !== null && !this.#mayHoldAnotherToken(exchange);
    const authorization = isHeaderAlone ? onlyAuthorization(exchange.request.rawHeaders) : null;
    if (this.#lane !== null && authorization !== null) {
      const decision = this.#lane.find(authorization, exchange.startedAt);
      if (decision !== null) {
        this.#pass(exchange, decision);
        this.#reports?.notePass(exchange, decision.source, 'hit');
        return undefined;
      }
    }
    return this.#authenticate(exchange, authorization);
  }

  close(): void {
    this.#parts.release();
  }

  /** Tokens in other places come first, or make a request one of two callers. */
  #mayHoldAnotherToken({ request }: Exchange): boolean {
    const { takesTokens, bearerToken } = this.#settings;
    return takesTokens && mayHoldAnotherToken(request, bearerToken);
  }

  /** The ordinary way: everything that is not remembered from an equal request. */
  async #authenticate(exchange: Exchange, authorization: string | null): Promise<void> {
    const search = new RequestSearch(exchange);
    const found = await this.#find(search);
    if (found.kind !== 'attempt') {
      await this.#refuse(search, found, found.method ?? null);
      return;
    }
    const outcome = await this.#outcomeOf(found, search, authorization);
    if (this.#settings.hidesCredentials) await found.conceal();
    if (outcome.kind === 'pass') {
      this.#pass(exchange, outcome);
      this.#reports?.notePass(exchange, outcome.source);
    } else await this.#refuse(search, outcome, found.method);
  }

  /** The first credential that is there, in the order of the methods; one that is bad never makes the next one look. */
  async #find(search: RequestSearch): Promise<Attempt | Refusal> {
    for (const method of this.#parts.methods) {
      const found = await method.find(search);
      if (found !== null) return found.kind === 'attempt' ? found : { ...found, method: method.name };
    }
    return { kind: 'no-credential', reason: 'no credential was sent' };
  }

  async #outcomeOf(attempt: Attempt, search: RequestSearch, authorization: string | null): Promise<Decision | Refusal> {
    try {
      const { possession, userInfo, decisions } = this.#parts;
      const found = await attempt.run();
      if (found.kind !== 'proven') return found;
      const unproved = possession === null ? null : await possession.check(search, attempt, found);
      if (unproved !== null) return unproved;
      const proven = userInfo === null ? found : await userInfo.complete(found, search);
      const outcome = await decisions.decide(proven, attempt);
      const isDecidedByHeader = attempt.isDecidedByHeader && possession?.concerns(attempt) !== true;
      if (outcome.kind === 'pass' && isDecidedByHeader && authorization !== null) {
        this.#lane?.remember(authorization, outcome, proven.reusableUntil);
      }
      return outcome;
    } catch (error) {
      return refusalFor(error, attempt.subject);
    }
  }

  #pass(exchange: Exchange, decision: Decision): void {
    applyDecision(exchange, decision);
    this.#downstream?.set(exchange, decision.downstream ?? []);
  }

  async #refuse(search: RequestSearch, given: Refusal, method: Attempt['method'] | null): Promise<void> {
    const { exchange } = search;
    const { issuer } = this.#settings.issuer;
    const { anonymous, logsAnonymous, decisions, responses, clients, possession } = this.#parts;
    const refusal = possession?.challenge(given, exchange.request) ?? given;
    if (this.#settings.anonymous !== null && anonymousInstead.has(refusal.kind)) {
      if (anonymous === null) {
        failWithoutAnonymous(exchange, this.#settings.anonymous);
        return;
      }
      this.#pass(exchange, decisions.anonymous(anonymous));
      this.#reports?.notePass(exchange, null);
      if (logsAnonymous) logRefusal({ exchange, refusal, method, issuer, status: null });
      return;
    }
    const client = responses.dependOnClient ? await clients.select(search) : null;
    const status = responses.send(exchange, refusal, client?.index ?? 0);
    this.#reports?.noteRefusal(exchange, method, refusal.kind);
    logRefusal({ exchange, refusal, method, issuer, status });
  }

  /** A request that passes without this plugin's word must not come with one that the caller wrote. */
  #dropForged({ request, upstream }: Exchange): void {
    for (const name of this.#upstreamNames) {
      // Unless the caller sent it, it is of a plugin that ran earlier.
      if (request.header(name) !== undefined) upstream.removeHeader(name);
    }
  }

  #tellCaller(exchange: Exchange): void {
    this.#reports?.write(exchange);
    this.#parts.possession?.tellCaller(exchange);
    const { response } = exchange;
    const headers = this.#downstream?.get(exchange);
    // A plugin that ran later may have refused the request all the same.
    if (headers === undefined || (response.isOwn && response.status >= 400)) return;
    for (const name of this.#downstreamNames) response.removeHeader(name);
    for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
  }
}

/** Kong's words for an `anonymous` that names nobody. */
function failWithoutAnonymous(exchange: Exchange, anonymous: string): void {
  const message = `anonymous consumer ${anonymous} is configured but doesn't exist`;
  exchange.log.error({ plugin: 'openid-connect', anonymous }, 'the anonymous consumer does not exist');
  exchange.exit(500, { message });
}
