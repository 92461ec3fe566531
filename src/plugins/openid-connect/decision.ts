import type { Consumer } from '../../entities/consumer.ts';
import type { Exchange, FoundGroups } from '../../pdk/exchange.ts';
import { headerValue } from './token-headers.ts';

/** What to do with a request whose caller is known: prepared once, applied to every request with that credential. */
export interface Decision {
  readonly kind: 'pass';
  readonly consumer: Consumer | null;
  /** Null for an anonymous caller. */
  readonly credential: Readonly<Record<string, string>> | null;
  /** Groups the token speaks of; without any a consumer has its own. */
  readonly found: FoundGroups;
  /** Headers to drop before any is set: whatever the plugin may set, in whatever spelling the caller sent it. */
  readonly cleared: readonly string[];
  /** Name, value, name, value …, for the upstream. */
  readonly upstream: readonly string[];
  /** The same for the caller; null when there is nothing to tell. */
  readonly downstream: readonly string[] | null;
}

/** Carries out the upstream part. No allocation of its own: this is the hot path. */
export function applyDecision(exchange: Exchange, decision: Decision): void {
  const { cleared, upstream } = decision;
  for (const name of cleared) exchange.upstream.removeHeader(name);
  for (let at = 0; at < upstream.length; at += 2) {
    exchange.upstream.setHeader(upstream[at] ?? '', upstream[at + 1] ?? '');
  }
  exchange.authenticate(decision.consumer, decision.credential ?? undefined, decision.found);
}

/** Headers that name a consumer to the upstream, as Kong writes them. */
export function consumerHeaders(consumer: Consumer): string[] {
  const headers = ['X-Consumer-ID', consumer.id];
  const username = consumer.username === null ? null : headerValue(consumer.username);
  if (username !== null) headers.push('X-Consumer-Username', username);
  const customId = consumer.custom_id === null ? null : headerValue(consumer.custom_id);
  if (customId !== null) headers.push('X-Consumer-Custom-ID', customId);
  return headers;
}
