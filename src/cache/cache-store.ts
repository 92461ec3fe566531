import type { KeyvStoreAdapter } from 'keyv';
import type { ValueSeal } from './value-seal.ts';

/** A place outside this process where cached values are kept. */
export interface CacheStore {
  /** For people: `redis://cache:6379`, without credentials. */
  readonly name: string;
  /** Encrypts everything that goes there; null when no key is known, and then nothing secret goes there. */
  readonly seal: ValueSeal | null;
  /** The keyv store of one namespace. */
  adapter(namespace: string): KeyvStoreAdapter;
  /** Writes what is still to be written and lets go of files and connections. Never rejects. */
  close(): Promise<void>;
}
