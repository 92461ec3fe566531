import { scryptSync } from 'node:crypto';
import type { CacheLog } from './cache-log.ts';
import type { CacheStore } from './cache-store.ts';
import { openMemoryStore } from './memory-store.ts';
import { ValueSeal } from './value-seal.ts';

/** What {@link openStore} needs besides the URL. */
export interface OpenStoreOptions {
  readonly log: CacheLog;
  /** The passphrase values are encrypted with, at least 16 characters. Default: environment variable `GW_CACHE_KEY`. */
  readonly key?: string | undefined;
}

const MIN_KEY_LENGTH = 16;

/**
 * Opens the store a URL names: `redis://` and `rediss://` a Redis server, `file:///path` one file. `undefined`, the
 * empty string and `memory:` the memory of this process.
 *
 * A store that cannot be reached is no error, it is used when it comes back.
 *
 * @throws {Error} for a URL of another kind, a key that is too short, or a file that cannot be used
 */
export async function openStore(url: string | undefined, options: OpenStoreOptions): Promise<CacheStore> {
  if (url === undefined || url === '' || url === 'memory:') return openMemoryStore();
  const seal = sealFrom(options.key ?? process.env.GW_CACHE_KEY);
  if (!URL.canParse(url)) throw new Error('the cache URL is not a URL; use redis://host:port or file:///path');
  switch (new URL(url).protocol) {
    case 'redis:':
    case 'rediss:': {
      // Loaded only when used: the client is a good part of what a start would otherwise have to load.
      const { openRedisStore } = await import('./redis-store.ts');
      return await openRedisStore(url, seal, options.log);
    }
    case 'file:': {
      const { openFileStore } = await import('./file-store.ts');
      return await openFileStore(url, seal, options.log);
    }
    default:
      throw new Error(`no cache store for "${new URL(url).protocol}"; use redis://host:port or file:///path`);
  }
}

function sealFrom(passphrase: string | undefined): ValueSeal | null {
  if (passphrase === undefined || passphrase === '') return null;
  if (passphrase.length < MIN_KEY_LENGTH) {
    throw new Error(
      `the cache key must have at least ${MIN_KEY_LENGTH} characters; make one with "openssl rand -base64 32"`,
    );
  }
  // Slow on purpose, once at start: a passphrase a human made up must not be cheap to guess from a copy of the store.
  return new ValueSeal(scryptSync(passphrase, 'gw cache key', 32));
}
