import type { Consumer } from '../../entities/consumer.ts';
import type { Exchange, FoundGroups } from '../../pdk/exchange.ts';
import type { Attempt, Proven } from './auth-method.ts';

/** Where a decision comes from, for who wants to know (`auth-reports.ts`). */
export type DecisionSource = Pick<Attempt, 'method'> & Pick<Proven, 'cache' | 'provenAt'>;

/** What to do with a request whose caller is known: prepared once, applied to every request with that credential. */
export interface Decision {
  readonly kind: 'pass';
  readonly consumer: Consumer | null;
  /** Null for an anonymous caller. */
  readonly credential: Readonly<Record<string, string>> | null;
  /** Groups the token speaks of; without any a consumer has its own. */
  readonly found: FoundGroups;
  /** Headers to drop: whatever the plugin may set and does not set here, in whatever spelling the caller sent it. */
  readonly cleared: readonly string[];
  /** Name, value, name, value …, for the upstream; takes the place of what the caller sent. */
  readonly upstream: readonly string[];
  /** The same for the caller; null when there is nothing to tell. */
  readonly downstream: readonly string[] | null;
  /** Null for an anonymous caller. */
  readonly source: DecisionSource | null;
}

/** Carries out the upstream part. No allocation of its own: this is the hot path. */
export function applyDecision(exchange: Exchange, decision: Decision): void {
  const { cleared, upstream } = decision;
  // The caller's own were dropped before any plugin ran.
  if (exchange.consumer !== null || exchange.credential !== null) dropIdentity(exchange);
  for (const name of cleared) exchange.upstream.removeHeader(name);
  for (let at = 0; at < upstream.length; at += 2) {
    exchange.upstream.setHeader(upstream[at] ?? '', upstream[at + 1] ?? '');
  }
  exchange.authenticate(decision.consumer, decision.credential ?? undefined, decision.found);
}

/** What the plugin says to the upstream about who the caller is; Kong's names. */
export const identityNames = {
  consumerId: 'X-Consumer-ID',
  consumerUsername: 'X-Consumer-Username',
  consumerCustomId: 'X-Consumer-Custom-ID',
  credential: 'X-Credential-Identifier',
  anonymous: 'X-Anonymous-Consumer',
  authenticatedGroups: 'X-Authenticated-Groups',
} as const;

const allIdentityNames = Object.values(identityNames);

/** Another plugin said who the caller is, and this one says something else: half of each would be nobody. */
function dropIdentity({ upstream }: Exchange): void {
  for (const name of allIdentityNames) upstream.removeHeader(name);
}
