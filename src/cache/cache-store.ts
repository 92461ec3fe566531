import type { KeyvStoreAdapter } from 'keyv';
import type { ValueSeal } from './value-seal.ts';

/** A keyv store behind the caches. */
export interface CacheStore {
  /** For people: `redis://cache:6379`, without credentials. */
  readonly name: string;
  /** True when nothing that goes there leaves the memory of this process. */
  readonly isPrivate: boolean;
  /** Encrypts everything that goes there; null when no key is known, and then nothing secret leaves the process. */
  readonly seal: ValueSeal | null;
  /**
   * Makes a mark that other processes see, unless there is one. False: there was one, made at most `ttlMs` ago. Null
   * where no other process has this store.
   */
  readonly mark: ((key: string, ttlMs: number) => Promise<boolean>) | null;
  /** The keyv store of one namespace. */
  adapter(namespace: string): KeyvStoreAdapter;
  /** Writes what is still to be written and lets go of files and connections. Never rejects. */
  close(): Promise<void>;
}
