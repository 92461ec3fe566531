import type { ComparablePart } from './comparable-part.ts';
import { commonPath } from './part-overlap.ts';

const anyPath = [{ head: '/', pattern: null }];

/**
 * A request that two overlapping parts match, for people: `GET a.example/orders`. `null` when they ask for something
 * that a method, a host and a path do not show, or for a regular expression that no path is known for.
 */
export function requestForBoth(a: ComparablePart, b: ComparablePart): string | null {
  const asksForMore = [a, b].some(
    ({ headers, snis, sources, destinations }) =>
      headers !== null || snis !== null || sources !== null || destinations !== null,
  );
  if (asksForMore) return null;
  const method = commonMethod(a, b);
  const host = meeting(a.hosts ?? ['*'], b.hosts ?? ['*'], narrowerHost);
  const path = meeting(a.paths ?? anyPath, b.paths ?? anyPath, commonPath);
  return method === null || host === null || path === null ? null : `${method} ${host}${path}`;
}

function commonMethod(a: ComparablePart, b: ComparablePart): string | null {
  if (a.methods === null) return b.methods === null ? 'GET' : ([...b.methods][0] ?? null);
  return [...a.methods].find((method) => b.methods?.has(method) !== false) ?? null;
}

/** The first pair of values that have something in common, and what that is. */
function meeting<Item>(
  left: readonly Item[],
  right: readonly Item[],
  common: (one: Item, other: Item) => string | null,
): string | null {
  for (const one of left) {
    for (const other of right) {
      const found = common(one, other);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Empty for any host. Two wildcards and hosts with ports are left aside. */
function narrowerHost(one: string, other: string): string | null {
  if (one === '*' || other === '*') return plainHost(one === '*' ? other : one);
  if (one === other) return plainHost(one);
  const [wide, narrow] = one.includes('*') ? [one, other] : [other, one];
  if (!wide.includes('*') || narrow.includes('*')) return null;
  const isMet = wide.startsWith('*') ? narrow.endsWith(wide.slice(1)) : narrow.startsWith(wide.slice(0, -1));
  return isMet ? narrow : null;
}

function plainHost(host: string): string {
  return host === '*' ? '' : host.replace(/^\*/, 'a').replace(/\*$/, 'example');
}
