import type { Consumer } from '../../entities/consumer.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { PublicJwk } from '../../oidc/jwks.ts';
import type { Logger } from '../../pdk/log.ts';
import { Authorization } from './authorization.ts';
import { type Attempt, authorizationClaims, claimSources, type Proven } from './auth-method.ts';
import { claimText, claimValues, findClaim } from './claims.ts';
import type { CompiledConfig } from './compile-config.ts';
import type { OpenidConnectConfig } from './config.ts';
import { ConsumerMapping } from './consumer.ts';
import { ConsumerGroupMapping } from './consumer-groups.ts';
import type { Decision } from './decision.ts';
import { identityHeaders } from './identity-headers.ts';
import type { Refusal } from './responses.ts';
import { headerNames, keysAskedFor, renderTokenHeaders, type TokenKeys } from './token-headers.ts';

/** What a {@link DecisionMaker} is made of. */
export interface DecisionParts {
  readonly config: OpenidConnectConfig;
  readonly settings: CompiledConfig;
  readonly entities: EntitySet;
  /** The public key that a token is signed with; asked only when a header is to carry it. */
  readonly keyOf: (token: string) => Promise<PublicJwk | null>;
  readonly log: Logger;
}

/** Turns a verified token into what happens to the request. Depends on the config alone, not on the request. */
export class DecisionMaker {
  readonly #settings: CompiledConfig;
  readonly #authorization: Authorization;
  readonly #consumers: ConsumerMapping;
  readonly #groups: ConsumerGroupMapping;
  readonly #keyOf: DecisionParts['keyOf'];
  readonly #asksForKeys: { readonly accessToken: boolean; readonly idToken: boolean };
  readonly #log: Logger;
  /** Dropped even when there is nothing to put in their place, or a caller could write them itself. */
  readonly #configured: readonly string[];

  constructor({ config, settings, entities, keyOf, log }: DecisionParts) {
    this.#settings = settings;
    this.#authorization = new Authorization(config);
    this.#consumers = new ConsumerMapping(config, entities);
    this.#groups = new ConsumerGroupMapping(config, entities);
    this.#keyOf = keyOf;
    this.#asksForKeys = keysAskedFor([settings.upstream, settings.downstream]);
    this.#log = log;
    this.#configured = headerNames(settings.upstream);
  }

  /** What to do for the caller who proved this, or why not. */
  async decide(
    proven: Proven,
    attempt: Pick<Attempt, 'method' | 'subject' | 'isDecidedByHeader'>,
  ): Promise<Decision | Refusal> {
    const sources = claimSources(proven);
    const clientId = proven.clientId ?? attempt.subject;
    const named = clientId === null ? {} : { clientId };
    const reason = this.#authorization.refusal(authorizationClaims(proven));
    if (reason !== null) return { kind: 'insufficient', reason, ...named };
    const consumer = this.#consumers.match(sources);
    if (consumer === 'unknown') return { kind: 'unmapped', reason: 'no consumer matches', ...named };
    const groups = this.#groups.match(sources);
    if (groups === 'unknown') return { kind: 'ungrouped', reason: 'no consumer group matches', ...named };
    const authenticatedGroups = this.#authenticatedGroups(sources);
    const claimed = claimText(findClaim(sources, this.#settings.credentialClaim)) ?? '';
    const credential = claimed === '' ? clientId : claimed;
    const { upstream, downstream } = await this.#headers(proven, {
      ...{ consumer, credential, authenticatedGroups },
      isAnonymous: false,
    });
    return {
      kind: 'pass',
      consumer,
      credential: {
        ...(credential === null ? {} : { id: credential }),
        ...(clientId === null ? {} : { client_id: clientId }),
      },
      found: { ...(groups === null ? {} : { groups }), authenticatedGroups },
      cleared: this.#cleared(upstream, attempt.isDecidedByHeader && this.#settings.hidesCredentials),
      upstream,
      downstream: downstream.length === 0 ? null : downstream,
      source: { method: attempt.method, cache: proven.cache, provenAt: proven.provenAt },
    };
  }

  /** What to do for a caller that counts as `consumer` because nobody knows better. */
  anonymous(consumer: Consumer): Decision {
    const identity = { consumer, isAnonymous: true, credential: null, authenticatedGroups: null };
    const upstream = identityHeaders(identity, []);
    return {
      kind: 'pass',
      consumer,
      credential: null,
      found: {},
      cleared: this.#cleared(upstream, false),
      upstream,
      downstream: null,
      source: null,
    };
  }

  async #headers(
    proven: Proven,
    identity: Parameters<typeof identityHeaders>[0],
  ): Promise<{ upstream: string[]; downstream: string[] }> {
    const { upstream, downstream } = this.#settings;
    const keys = await this.#keys(proven);
    const dropped: string[] = [];
    const toUpstream = [...renderTokenHeaders(upstream, proven, keys, dropped), ...identityHeaders(identity, dropped)];
    const toCaller = [...renderTokenHeaders(downstream, proven, keys, dropped), ...proven.replay];
    if (dropped.length > 0) {
      this.#log.warn({ plugin: 'openid-connect', headers: dropped }, 'claims are too long or not fit for a header');
    }
    return { upstream: toUpstream, downstream: toCaller };
  }

  async #keys({ accessToken, idToken }: Proven): Promise<TokenKeys> {
    const asked = this.#asksForKeys;
    return {
      accessToken: asked.accessToken ? await this.#keyOf(accessToken) : null,
      idToken: asked.idToken && idToken !== null ? await this.#keyOf(idToken) : null,
    };
  }

  /** What is set is not dropped before: setting a header drops every other spelling of it. */
  #cleared(headers: readonly string[], dropsAuthorization: boolean): readonly string[] {
    const set = new Set(headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()));
    const names = dropsAuthorization ? [...this.#configured, 'Authorization'] : this.#configured;
    return names.filter((name) => !set.has(name.toLowerCase()));
  }

  /** The groups of `authenticated_groups_claim`; `null` when no such claim is asked for or there. */
  #authenticatedGroups(sources: readonly JsonObject[]): readonly string[] | null {
    const path = this.#settings.groupsClaim;
    const claim = path === null ? undefined : findClaim(sources, path);
    return claim === undefined ? null : claimValues(claim);
  }
}
