import type { Clock } from '../lib/clock.ts';
import type { CacheLog } from './cache-log.ts';
import type { CacheStore } from './cache-store.ts';
import type { Cache, CacheStats } from './cache.ts';
import { KeyvCache } from './keyv-cache.ts';
import { SharedNamespace } from './shared-namespace.ts';

/** What is known about a namespace before it is opened. */
interface NamespaceRules {
  /** Entries kept in memory. */
  readonly maxEntries: number;
  /** Holds tokens or worse: leaves the process encrypted or not at all. */
  readonly holdsSecrets: boolean;
}

const knownNamespaces: Readonly<Record<string, NamespaceRules>> = {
  discovery: { maxEntries: 1000, holdsSecrets: false },
  jwks: { maxEntries: 1000, holdsSecrets: false },
  tokens: { maxEntries: 10_000, holdsSecrets: true },
  introspection: { maxEntries: 10_000, holdsSecrets: true },
  // Marks alone, which say nothing; without them no proof passes, so they are in the store with or without a key.
  'dpop-proofs': { maxEntries: 1, holdsSecrets: false },
};
const otherNamespaces: NamespaceRules = { maxEntries: 10_000, holdsSecrets: true };

/** What {@link Caches} is built from. */
export interface CachesOptions {
  /** From `openStore`. */
  readonly store: CacheStore;
  readonly clock: Clock;
  readonly log: CacheLog;
  /** Entries in memory per namespace, in place of the defaults. */
  readonly bounds?: Readonly<Record<string, number>>;
}

/** All caches of a gateway, one per namespace. They outlive every reload. */
export class Caches {
  readonly #options: CachesOptions;
  readonly #caches = new Map<string, KeyvCache<unknown>>();

  constructor(options: CachesOptions) {
    this.#options = options;
  }

  /** The cache of a namespace; the same object for the same name. All users of a name must agree on the value's type. */
  open<Value>(namespace: string): Cache<Value> {
    let cache = this.#caches.get(namespace);
    if (cache === undefined) {
      cache = this.#create(namespace);
      this.#caches.set(namespace, cache);
    }
    return cache as Cache<Value>;
  }

  /** Counters by namespace. */
  stats(): Record<string, CacheStats> {
    return Object.fromEntries([...this.#caches].map(([namespace, cache]) => [namespace, cache.stats]));
  }

  /** Names of the namespaces opened so far. */
  namespaces(): readonly string[] {
    return [...this.#caches.keys()];
  }

  /** Writes what is still to be written and leaves the store. */
  async close(): Promise<void> {
    await Promise.all([...this.#caches.values()].map((cache) => cache.settled()));
    await this.#options.store.close();
  }

  #create(namespace: string): KeyvCache<unknown> {
    if (!/^[a-z][a-z0-9-]*$/.test(namespace)) throw new TypeError(`"${namespace}" is no name for a cache`);
    const { store, clock, log, bounds } = this.#options;
    const rules = knownNamespaces[namespace] ?? otherNamespaces;
    const maxEntries = bounds?.[namespace] ?? rules.maxEntries;
    const mayStore = store.isPrivate || store.seal !== null || !rules.holdsSecrets;
    const behind = mayStore ? new SharedNamespace<unknown>(namespace, store, clock, log) : null;
    return new KeyvCache<unknown>(namespace, maxEntries, behind, clock);
  }
}
