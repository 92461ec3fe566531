import type { Consumer } from '../../entities/consumer.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Logger } from '../../pdk/log.ts';
import { Authorization } from './authorization.ts';
import { type Attempt, authorizationClaims, claimSources, type Proven } from './auth-method.ts';
import { claimText, claimValues, findClaim } from './claims.ts';
import type { CompiledConfig } from './compile-config.ts';
import type { OpenidConnectConfig } from './config.ts';
import { ConsumerMapping } from './consumer.ts';
import { ConsumerGroupMapping } from './consumer-groups.ts';
import { consumerHeaders, type Decision } from './decision.ts';
import type { Refusal } from './responses.ts';
import { headerValue, renderTokenHeaders } from './token-headers.ts';

const GROUPS_HEADER = 'X-Authenticated-Groups';

/** Turns a verified token into what happens to the request. Depends on the config alone, not on the request. */
export class DecisionMaker {
  readonly #settings: CompiledConfig;
  readonly #authorization: Authorization;
  readonly #consumers: ConsumerMapping;
  readonly #groups: ConsumerGroupMapping;
  readonly #log: Logger;
  /** Configured upstream headers: dropped even when the claim is missing, or a caller could write them itself. */
  readonly #cleared: readonly string[];
  /** The same for callers whose credential is the `Authorization` header. */
  readonly #clearedWithHeader: readonly string[];

  constructor(config: OpenidConnectConfig, settings: CompiledConfig, entities: EntitySet, log: Logger) {
    this.#settings = settings;
    this.#authorization = new Authorization(config);
    this.#consumers = new ConsumerMapping(config, entities);
    this.#groups = new ConsumerGroupMapping(config, entities);
    this.#log = log;
    this.#cleared = configuredHeaders(settings);
    this.#clearedWithHeader = dropsAuthorization(settings) ? [...this.#cleared, 'authorization'] : this.#cleared;
  }

  /** What to do for the caller who proved this, or why not. */
  decide(proven: Proven, attempt: Pick<Attempt, 'place' | 'subject'>): Decision | Refusal {
    const sources = claimSources(proven);
    const clientId = proven.clientId ?? attempt.subject;
    const named = clientId === null ? {} : { clientId };
    const reason = this.#authorization.refusal(authorizationClaims(proven));
    if (reason !== null) return { kind: 'insufficient', reason, ...named };
    const consumer = this.#consumers.match(sources);
    if (consumer === 'unknown') return { kind: 'unmapped', reason: 'no consumer matches', ...named };
    const groups = this.#groups.match(sources);
    if (groups === 'unknown') return { kind: 'unmapped', reason: 'no consumer group matches', ...named };
    const authenticatedGroups = this.#authenticatedGroups(sources);
    const credential = claimText(findClaim(sources, this.#settings.credentialClaim)) ?? clientId;
    const dropped: string[] = [];
    const { upstream, downstream } = this.#settings;
    const toUpstream = [
      ...renderTokenHeaders(upstream, proven.accessToken, sources, dropped),
      ...identityHeaders(consumer, credential, authenticatedGroups),
    ];
    const toCaller = [...renderTokenHeaders(downstream, proven.accessToken, sources, dropped), ...proven.replay];
    if (dropped.length > 0) {
      this.#log.warn({ plugin: 'openid-connect', headers: dropped }, 'claims are too long or not fit for a header');
    }
    return {
      kind: 'pass',
      consumer,
      credential: {
        ...(credential === null ? {} : { id: credential }),
        ...(clientId === null ? {} : { client_id: clientId }),
      },
      found: { ...(groups === null ? {} : { groups }), authenticatedGroups },
      cleared: attempt.place === 'header' ? this.#clearedWithHeader : this.#cleared,
      upstream: toUpstream,
      downstream: toCaller.length === 0 ? null : toCaller,
    };
  }

  /** What to do for a caller that counts as `consumer` because nobody knows better. */
  anonymous(consumer: Consumer): Decision {
    return {
      kind: 'pass',
      consumer,
      credential: null,
      found: {},
      cleared: this.#cleared,
      upstream: [...consumerHeaders(consumer), 'X-Anonymous-Consumer', 'true'],
      downstream: null,
    };
  }

  /** The groups of `authenticated_groups_claim`; `null` when no such claim is asked for or there. */
  #authenticatedGroups(sources: readonly JsonObject[]): readonly string[] | null {
    const path = this.#settings.groupsClaim;
    const claim = path === null ? undefined : findClaim(sources, path);
    return claim === undefined || claim === null ? null : claimValues(claim);
  }
}

function identityHeaders(
  consumer: Consumer | null,
  credential: string | null,
  groups: readonly string[] | null,
): string[] {
  const headers = consumer === null ? [] : consumerHeaders(consumer);
  const identifier = consumer === null && credential !== null ? headerValue(credential) : null;
  if (identifier !== null) headers.push('X-Credential-Identifier', identifier);
  const joined = groups === null || groups.length === 0 ? null : headerValue(groups.join(', '));
  if (joined !== null) headers.push(GROUPS_HEADER, joined);
  return headers;
}

/** Names the config can set upstream. `Authorization` is the exception: it is the caller's until something replaces it. */
function configuredHeaders(settings: CompiledConfig): string[] {
  const { claims, token } = settings.upstream;
  const names = claims.map(({ header }) => header);
  if (token !== null) names.push(token.name);
  return [...new Set(names)].filter((name) => name.toLowerCase() !== 'authorization');
}

/** Whether a Basic header must be dropped because no token takes its place. */
function dropsAuthorization({ hidesCredentials, upstream }: CompiledConfig): boolean {
  return hidesCredentials && upstream.token?.name.toLowerCase() !== 'authorization';
}
