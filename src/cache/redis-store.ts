import KeyvRedis, { createClient } from '@keyv/redis';
import type { CacheLog } from './cache-log.ts';
import type { CacheStore } from './cache-store.ts';
import type { ValueSeal } from './value-seal.ts';

/** How long a start waits for the first connection before it goes on without. */
const FIRST_CONNECT_MS = 1000;
const CONNECT_TIMEOUT_MS = 2000;
const MAX_RECONNECT_DELAY_MS = 2000;

/** A Redis server, shared by all gateways that know its URL. One connection, re-established for as long as gw runs. */
export async function openRedisStore(url: string, seal: ValueSeal | null, log: CacheLog): Promise<CacheStore> {
  const name = printableUrl(url);
  if (seal === null) {
    log.warn({ store: name }, 'no GW_CACHE_KEY: tokens stay in the memory of this process and are not shared');
  }
  const client = createClient({
    url,
    // A command that cannot be sent now must fail now: a request waits for it.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (attempts) => Math.min(100 * 2 ** attempts, MAX_RECONNECT_DELAY_MS),
    },
  });
  // Without a listener an 'error' event would end the process. What it costs is noticed, and logged, per namespace.
  client.on('error', () => undefined);
  const connecting = client.connect().then(noop, noop);
  await Promise.race([connecting, delay(FIRST_CONNECT_MS)]);
  return {
    name,
    isPrivate: false,
    seal,
    mark: async (key, ttlMs) => {
      const expiration = { type: 'PX', value: ttlMs } as const;
      return (await client.set(key, '1', { condition: 'NX', expiration })) !== null;
    },
    adapter: (namespace) => new KeyvRedis<string>(client, { namespace, keyPrefixSeparator: ':', throwOnErrors: true }),
    close: async () => {
      if (client.isReady) await client.close().catch(noop);
      else client.destroy();
    },
  };
}

function noop(): void {
  // Connecting goes on in the background.
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function printableUrl(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
