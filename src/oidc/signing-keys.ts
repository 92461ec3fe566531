import type { Cache } from '../cache/cache.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../pdk/log.ts';
import type { AssertionKey } from './client-auth/client-assertion.ts';
import type { PublicJwk } from './jwks.ts';
import { type SigningAlgorithm, signingAlgorithms } from './signing-key.ts';
import { SigningKeySlot, type StoredKey } from './signing-key-slot.ts';

/** What {@link SigningKeys} needs. */
export interface SigningKeysParts {
  /** Where keys outlive the process and meet other nodes, if it is more than memory. */
  readonly store: Cache<StoredKey>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The gateway's own keys for `private_key_jwt`, one per algorithm, made when first needed and published for providers
 * to verify with. All nodes that share a store use the same ones.
 */
export class SigningKeys {
  readonly #slots: ReadonlyMap<SigningAlgorithm, SigningKeySlot>;
  readonly #log: Logger;
  #isPreparingAll = false;
  #isClosed = false;

  constructor({ store, clock, log }: SigningKeysParts) {
    this.#slots = new Map(signingAlgorithms.map((name) => [name, new SigningKeySlot(name, store, clock, log)]));
    this.#log = log;
  }

  /** The key to sign with. Waits only when it has to be read or made first. */
  keyFor(algorithm: SigningAlgorithm): Promise<AssertionKey> {
    const slot = this.#slots.get(algorithm);
    if (slot === undefined) throw new TypeError(`no keys for "${algorithm}"`);
    return slot.current();
  }

  /**
   * Makes the keys that are needed in the background, so that a provider can fetch them before the first request, and
   * then those of all other algorithms one by one, so that another `client_alg` finds its key already published.
   */
  prepare(needed: readonly SigningAlgorithm[]): void {
    void Promise.all(needed.map((algorithm) => this.#prepareOne(algorithm))).then(() => this.#prepareRest());
  }

  /** Public halves of current and previous keys; empty when there are none. Makes no key. */
  async published(): Promise<readonly PublicJwk[]> {
    const keys = await Promise.all([...this.#slots.values()].map((slot) => slot.published()));
    return keys.flat();
  }

  /** Replaces all keys there are; those so far stay published until the next time. */
  async rotate(): Promise<void> {
    // One after the other: making an RSA key keeps a thread busy that name look-ups need too.
    for (const slot of this.#slots.values()) await slot.rotate();
  }

  /** Makes no more keys in the background. */
  close(): void {
    this.#isClosed = true;
  }

  async #prepareRest(): Promise<void> {
    if (this.#isPreparingAll) return;
    this.#isPreparingAll = true;
    for (const algorithm of this.#slots.keys()) {
      if (this.#isClosed) return;
      await this.#prepareOne(algorithm);
    }
  }

  async #prepareOne(algorithm: SigningAlgorithm): Promise<void> {
    try {
      await this.keyFor(algorithm);
    } catch (error) {
      this.#log.error({ algorithm, err: error }, 'cannot make a key to sign client assertions with');
    }
  }
}
