import type { Cache } from '../../cache/cache.ts';
import type { Decision } from './decision.ts';

/** Entries per configured instance. */
const MOST_ENTRIES = 4096;
/** Longest `Authorization` value that is remembered, in characters; signed tokens with many claims are long. */
const LONGEST_KEY = 8 * 1024;
/** All remembered values together, in characters. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** Up to here a value is its own key, in characters. */
const LONGEST_WHOLE_KEY = 256;
/** The end of a longer one, which is a token, is its signature. */
const KEY_OF_TOKEN = 32;

interface Entry {
  /** The whole value: two that end alike are two. */
  readonly authorization: string;
  readonly decision: Decision;
  /** Milliseconds since the epoch. */
  readonly usableUntil: number;
  readonly counter: HitCounter;
}

/** Counts what is answered from memory. */
export type HitCounter = Pick<Cache<unknown>, 'countHit'>;

/**
 * Remembers what the ordinary way decided for an `Authorization` header, by the header exactly as it came. A hit costs
 * one map look-up: no decoding, no digest, no promise.
 *
 * Keys are credentials in clear, so they live in a private map of this process, bounded, and are never listed, logged
 * or stored. An entry ends when the token cache would renew its token, so renewal and expiry stay in one place.
 */
export class FastLane {
  readonly #entries = new Map<string, Entry>();
  #characters = 0;
  readonly #counterOf: (decision: Decision) => HitCounter;

  /** @param counterOf counts the hits on a decision where hits on what it was made from are counted */
  constructor(counterOf: (decision: Decision) => HitCounter) {
    this.#counterOf = counterOf;
  }

  /** The decision for this header, if it may be used at `now`. */
  find(authorization: string, now: number): Decision | null {
    const key = keyOf(authorization);
    const entry = this.#entries.get(key);
    if (entry?.authorization !== authorization) return null;
    if (now >= entry.usableUntil) {
      this.#forget(key);
      return null;
    }
    entry.counter.countHit();
    return entry.decision;
  }

  /** Remembers a decision until `usableUntil`; the oldest ones make room. */
  remember(authorization: string, decision: Decision, usableUntil: number): void {
    if (authorization.length > LONGEST_KEY) return;
    const key = keyOf(authorization);
    this.#forget(key);
    this.#characters += authorization.length;
    this.#entries.set(key, { authorization, decision, usableUntil, counter: this.#counterOf(decision) });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MOST_ENTRIES && this.#characters <= MOST_CHARACTERS) break;
      this.#forget(oldest);
    }
  }

  /** Forgets everything, as when an operator drops the tokens of an issuer. */
  clear(): void {
    this.#entries.clear();
    this.#characters = 0;
  }

  #forget(key: string): void {
    this.#characters -= this.#entries.get(key)?.authorization.length ?? 0;
    this.#entries.delete(key);
  }
}

/** A look-up hashes its key, which takes longer than everything else about it when that is a whole token. */
function keyOf(authorization: string): string {
  return authorization.length <= LONGEST_WHOLE_KEY ? authorization : authorization.slice(-KEY_OF_TOKEN);
}

/**
 * The value of the only `Authorization` header in a flat list; null when there is none or more than one, which the
 * ordinary way must look at.
 */
export function onlyAuthorization(rawHeaders: readonly string[]): string | null {
  let found: string | null = null;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length !== 13 || !isAuthorization(name)) continue;
    if (found !== null) return null;
    found = rawHeaders[at + 1] ?? null;
  }
  return found;
}

function isAuthorization(name: string): boolean {
  return name === 'Authorization' || name === 'authorization' || name.toLowerCase() === 'authorization';
}
