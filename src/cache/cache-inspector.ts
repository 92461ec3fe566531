import type { Caches } from './caches.ts';

/** One entry as an operator may see it: how old, how long still; never the value. */
export interface EntryView {
  /** A digest already; tells entries apart and nothing else. */
  readonly key: string;
  readonly state: 'fresh' | 'due' | 'stale';
  /** The rest are seconds since the epoch. */
  readonly stored_at: number;
  readonly refresh_at: number;
  readonly fresh_until: number;
  readonly stale_until: number;
}

/** Entries listed at the most. */
const MAX_LISTED = 100;

/** What a namespace holds in memory, most recently used first; `null` when nothing has opened such a namespace. */
export function inspectNamespace(caches: Caches, namespace: string, now: number): readonly EntryView[] | null {
  if (!caches.namespaces().includes(namespace)) return null;
  const entries = [...caches.open(namespace).entries()].slice(-MAX_LISTED).reverse();
  return entries.map(([key, { storedAt, refreshAt, freshUntil, staleUntil }]) => ({
    key,
    state: now >= freshUntil ? 'stale' : now >= refreshAt ? 'due' : 'fresh',
    stored_at: seconds(storedAt),
    refresh_at: seconds(refreshAt),
    fresh_until: seconds(freshUntil),
    stale_until: seconds(staleUntil),
  }));
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
