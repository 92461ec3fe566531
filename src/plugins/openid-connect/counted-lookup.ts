import type { Cache, CacheEntry, CacheOutcome, Loader } from '../../cache/cache.ts';

/** Hears how callers are served: see `IssuerRecord`. */
export interface LookupCounter {
  countUse(use: CacheOutcome): void;
  /** After the hit itself: what was found is a refusal. */
  countNegative(): void;
}

/** The entry as `Cache.through` gets it, with the use of the cache on the books of an issuer. */
export async function countedLookup<Value extends { readonly kind: string }>(
  cache: Cache<Value>,
  key: string,
  load: Loader<Value>,
  mayServeStale: ((error: unknown) => boolean) | undefined,
  counter: LookupCounter,
): Promise<CacheEntry<Value>> {
  const uses: CacheOutcome[] = [];
  const entry = await cache.through(key, load, mayServeStale, (use) => {
    uses.push(use);
    counter.countUse(use);
  });
  if (uses.includes('hit') && entry.value.kind === 'refused') counter.countNegative();
  return entry;
}
