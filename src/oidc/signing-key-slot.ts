import { setTimeout as wait } from 'node:timers/promises';
import type { CryptoKey } from 'jose';
import type { Cache, CacheEntry } from '../cache/cache.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../pdk/log.ts';
import type { AssertionKey } from './client-auth/client-assertion.ts';
import type { PublicJwk } from './jwks.ts';
import { importPrivateJwk, makePrivateJwk, type PrivateJwk, publicJwk, type SigningAlgorithm } from './signing-key.ts';

/** The key of one algorithm as all nodes that share a store see it. */
export interface StoredKey {
  /** Counts rotations; the greater one wins. */
  readonly generation: number;
  readonly current: PrivateJwk;
  /** Published for as long as something signed with it may be on its way. */
  readonly previous: PrivateJwk | null;
}

interface KnownKey {
  readonly stored: StoredKey;
  readonly key: CryptoKey;
}

/** How often a key in use is compared with the store, where another node may have rotated it. */
const REREAD_MS = 10_000;
/** Stores drop what nobody has written for 30 days. */
const REWRITE_MS = 24 * 3600 * 1000;
/** Longer than a node takes from looking for a key to writing its own. */
const SETTLE_MS = 50;
const FOREVER = Number.MAX_SAFE_INTEGER;

/**
 * The key of one algorithm: taken from the store, or made and put there. When two nodes make one at the same time, what
 * the store holds in the end wins, and the other stays published by the node that made it.
 */
export class SigningKeySlot {
  readonly #algorithm: SigningAlgorithm;
  readonly #store: Cache<StoredKey>;
  readonly #clock: Clock;
  readonly #log: Logger;
  #known: KnownKey | null = null;
  /** A key of this node that gave way to another node's. */
  #retired: PrivateJwk | null = null;
  #rereadAt = 0;
  /** Work on the key goes on one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(algorithm: SigningAlgorithm, store: Cache<StoredKey>, clock: Clock, log: Logger) {
    this.#algorithm = algorithm;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** The key to sign with, made when there is none. Waits for nothing once it is known. */
  async current(): Promise<AssertionKey> {
    if (this.#known === null) await this.#inTurn(() => this.#open());
    else if (this.#clock.now() >= this.#rereadAt) void this.#inTurn(() => this.#reread());
    if (this.#known === null) throw new Error(`no key for "${this.#algorithm}" could be made`);
    const { key, stored } = this.#known;
    return { algorithm: this.#algorithm, kid: stored.current.kid ?? null, key };
  }

  /** Public halves, the current one first. Makes no key. */
  async published(): Promise<readonly PublicJwk[]> {
    await this.#inTurn(() => this.#reread());
    if (this.#known === null) return [];
    const { current, previous } = this.#known.stored;
    const keys = [current, previous, this.#retired].filter((jwk) => jwk !== null);
    return keys.map(publicJwk);
  }

  /** Makes a new key; the current one becomes the previous one. Nothing happens where there is none. */
  rotate(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#reread();
      if (this.#known === null) return;
      const { generation, current: previous } = this.#known.stored;
      const current = await makePrivateJwk(this.#algorithm);
      await this.#publish({ generation: generation + 1, current, previous });
      this.#retired = null;
    });
  }

  async #open(): Promise<void> {
    if (await this.#reread()) return;
    const current = await makePrivateJwk(this.#algorithm);
    // Making a key takes long enough for another node to have finished its own.
    if (await this.#reread()) return;
    await this.#publish({ generation: 1, current, previous: null });
    this.#log.info({ algorithm: this.#algorithm, kid: current.kid }, 'made a key to sign client assertions with');
  }

  /** Puts a key into use and into the store, and gives way to one that was put there at the same time. */
  async #publish(stored: StoredKey): Promise<void> {
    await this.#adopt(stored);
    this.#write(stored);
    if ((await this.#store.readStore(this.#algorithm)) === null) return;
    await wait(SETTLE_MS);
    await this.#reread();
  }

  /** Takes over what the store has that is newer, puts back what is missing there or older. False: no key anywhere. */
  async #reread(): Promise<boolean> {
    this.#rereadAt = this.#clock.now() + REREAD_MS;
    const entry = await this.#store.readStore(this.#algorithm);
    const known = this.#known;
    if (known === null) return entry !== null && (await this.#adopt(entry.value));
    if (entry === null) this.#write(known.stored);
    else await this.#reconcile(known, entry);
    return true;
  }

  async #reconcile(known: KnownKey, entry: CacheEntry<StoredKey>): Promise<void> {
    const found = entry.value;
    if (found.current.kid === known.stored.current.kid) {
      if (this.#clock.now() - entry.storedAt > REWRITE_MS) this.#write(known.stored);
    } else if (found.generation >= known.stored.generation) {
      const mine = known.stored.current;
      if (await this.#adopt(found)) this.#retired = mine.kid === found.previous?.kid ? null : mine;
    } else this.#write(known.stored);
  }

  /** False when the key cannot be used. */
  async #adopt(stored: StoredKey): Promise<boolean> {
    try {
      this.#known = { stored, key: await importPrivateJwk(stored.current, this.#algorithm) };
      return true;
    } catch {
      this.#log.warn({ algorithm: this.#algorithm }, 'the stored signing key cannot be used');
      return false;
    }
  }

  #write(stored: StoredKey): void {
    this.#store.set(this.#algorithm, {
      value: stored,
      refreshAt: FOREVER,
      freshUntil: FOREVER,
      staleUntil: FOREVER,
    });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
