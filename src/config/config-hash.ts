import { hash } from 'node:crypto';
import type { EntitySet } from '../entities/entity-set.ts';
import { allKinds, type EntityKind, isRunKind } from '../entities/kinds.ts';
import { changesBetween } from '../lib/list-changes.ts';

/**
 * Fingerprint of a config: 32 hex digits over all its entities, those that gw does not run included. Times, the order
 * of entities and of keys, and `null` for what is not set make no difference, so a file that means the same has the
 * same one, and so has a running config that was changed until it means the same.
 *
 * Each kind counts with the sum of the SHA-256 digests of its entities. A sum knows no order, and when the fingerprint
 * of a config is asked for that was made from `before`, only what changed is added and taken away. It is no protection
 * against somebody who makes up entities until sums agree, and need not be: who writes the config decides about all.
 *
 * @param before a config that had its fingerprint taken, of which this one shares most objects
 */
export function hashEntities(entities: EntitySet, before: EntitySet | null = null): string {
  let text = '';
  for (const kind of allKinds) {
    const rows = rowsOf(entities, kind);
    if (rows.length > 0) text += `${kind} ${sumOf(kind, rows, before).toString(16)}\n`;
  }
  return hash('sha256', text).slice(0, 32);
}

type Rows = readonly object[];

const noRows: Rows = [];

/** Of lists that had their fingerprint taken; a list stands for one kind only. */
const sums = new WeakMap<Rows, bigint>();

const MODULUS_BITS = 256;

function sumOf(kind: EntityKind, rows: Rows, before: EntitySet | null): bigint {
  const known = sums.get(rows);
  if (known !== undefined) return known;
  const earlier = before === null ? noRows : rowsOf(before, kind);
  const start = sums.get(earlier);
  const { removed, added } = changesBetween(start === undefined ? noRows : earlier, rows);
  let sum = start ?? 0n;
  for (const row of added) sum += digestOf(kind, row);
  for (const row of removed) sum -= digestOf(kind, row);
  sum = BigInt.asUintN(MODULUS_BITS, sum);
  sums.set(rows, sum);
  return sum;
}

function rowsOf(entities: EntitySet, kind: EntityKind): Rows {
  return isRunKind(kind) ? entities[kind] : (entities.others[kind] ?? noRows);
}

function digestOf(kind: EntityKind, row: object): bigint {
  const heeded = { ...row, created_at: null, updated_at: null };
  // A membership has no id of its own in most files: it is its two ends.
  const text = canonical(kind === 'consumer_group_consumers' ? { ...heeded, id: null } : heeded);
  return BigInt(`0x${hash('sha256', text)}`);
}

/** JSON with sorted keys. Written out, since a replacer of `JSON.stringify` takes four times as long. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const record = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(record)
    .filter((key) => record[key] !== undefined && record[key] !== null)
    .sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`).join()}}`;
}
