import type { RoutePart } from './route-parts.ts';
import type { Routable } from './router.ts';
import { withoutFinalDot } from './stream-conditions.ts';

/** A thing that parts name, by which they can be found. */
export interface KeyKind {
  readonly kind: 'host' | 'path' | 'inner' | 'method' | 'sni' | 'header';
  /** The header; empty for other kinds. */
  readonly header: string;
}

export const hostKind: KeyKind = { kind: 'host', header: '' };
export const pathKind: KeyKind = { kind: 'path', header: '' };
/** What a regular expression needs somewhere in the path. */
export const innerKind: KeyKind = { kind: 'inner', header: '' };
export const methodKind: KeyKind = { kind: 'method', header: '' };
export const sniKind: KeyKind = { kind: 'sni', header: '' };

/**
 * What a request must show for a part to match, as alternatives; `null` when the part may match whatever it shows.
 * Hosts with a wildcard are told apart by an asterisk at the end that it is at.
 */
export function keysOf(part: RoutePart<Routable>, { kind, header }: KeyKind): readonly string[] | null {
  if (kind === 'host') return hostKeys(part);
  if (kind === 'path') return pathKeys(part);
  if (kind === 'inner') return innerKeys(part);
  if (kind === 'method')
    return part.methods === null ? (part.expression?.requirements.methods ?? null) : [...part.methods];
  if (kind === 'sni') return sniKeys(part);
  const rule = part.headers?.rules.find(({ name }) => name === header);
  return rule === undefined || rule.patterns.length > 0 ? null : [...rule.values];
}

/** Headers that parts name, the most frequent first. */
export function headerKinds(parts: readonly { readonly part: RoutePart<Routable> }[]): readonly KeyKind[] {
  const counts = new Map<string, number>();
  for (const { part } of parts) {
    for (const { name } of part.headers?.rules ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([header]) => ({ kind: 'header', header }));
}

function hostKeys({ hosts, expression }: RoutePart<Routable>): readonly string[] | null {
  if (hosts === null) return expression?.requirements.hosts ?? null;
  return hosts.rules.map(({ kind, text }) => (kind === 'exact' ? text : kind === 'suffix' ? `*${text}` : `${text}*`));
}

function pathKeys({ prefixes, patterns, expression }: RoutePart<Routable>): readonly string[] | null {
  if (prefixes !== null) return prefixes;
  if (patterns !== null) return patterns.map(({ head }) => head);
  return expression?.requirements.pathPrefixes ?? null;
}

/** Shorter texts are in too many paths. */
const MIN_INNER = 3;

function innerKeys({ patterns }: RoutePart<Routable>): readonly string[] | null {
  return patterns?.every(({ inner }) => inner.length >= MIN_INNER) === true ? patterns.map(({ inner }) => inner) : null;
}

/** Server names without a wildcard. */
function sniKeys({ target, serverNames }: RoutePart<Routable>): readonly string[] | null {
  const names = serverNames === null ? null : (target.route.snis?.map(withoutFinalDot) ?? null);
  return names?.some((name) => name.includes('*')) === true ? null : names;
}
