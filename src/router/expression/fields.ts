import { nearest } from '../../lib/nearest.ts';
import type { Subsystem } from './expression-node.ts';

/** What a field holds. */
export type FieldType = 'text' | 'integer' | 'address';

/** A field that exists. */
export type KnownField =
  | { readonly type: FieldType; readonly name: FixedField }
  | { readonly type: 'text'; readonly name: 'http.headers.*' | 'http.queries.*'; readonly key: string }
  | { readonly type: 'text'; readonly name: 'http.path.segments.*'; readonly first: number; readonly last: number };

/** Fields without a part of the author's. */
export type FixedField = keyof typeof streamFields | keyof typeof httpFields;

const streamFields = {
  'net.protocol': 'text',
  'tls.sni': 'text',
  'net.src.ip': 'address',
  'net.src.port': 'integer',
  'net.dst.ip': 'address',
  'net.dst.port': 'integer',
} as const satisfies Readonly<Record<string, FieldType>>;

const httpFields = {
  'http.method': 'text',
  'http.host': 'text',
  'http.path': 'text',
  'http.path.segments.len': 'integer',
} as const satisfies Readonly<Record<string, FieldType>>;

/** Older name that Kong still understands, and warns about. */
export const deprecatedFields: ReadonlyMap<string, FixedField> = new Map([['net.port', 'net.dst.port']]);

const keyedFields = ['http.headers', 'http.queries'] as const;
const segmentsPrefix = 'http.path.segments.';

/** The last segment of `http.path.segments.1`, and the first of `http.path.segments.1_3`. */
const segmentRange = /^(0|[1-9]\d*)(?:_([1-9]\d*))?$/;

/** Finds a field by name. A text says why there is none. */
export function findField(name: string, subsystem: Subsystem): KnownField | UnknownField {
  const known = deprecatedFields.get(name) ?? name;
  if (isKey(known, streamFields)) return { type: streamFields[known], name: known };
  if (subsystem === 'stream')
    return noField(name, name.startsWith('http.') ? 'a stream has no request' : null, subsystem);
  if (isKey(known, httpFields)) return { type: httpFields[known], name: known };
  for (const prefix of keyedFields) {
    if (known.startsWith(`${prefix}.`)) return keyedField(prefix, known.slice(prefix.length + 1));
  }
  if (known.startsWith(segmentsPrefix)) return segmentField(known.slice(segmentsPrefix.length));
  return noField(name, null, subsystem);
}

/** A name that is no field, with a reason or a hint if there is one. */
export interface UnknownField {
  readonly type: 'unknown';
  readonly reason: string | null;
  readonly hint: string | null;
}

function keyedField(prefix: (typeof keyedFields)[number], key: string): KnownField | UnknownField {
  if (key !== '' && !key.includes('.')) return { type: 'text', name: `${prefix}.*`, key };
  const reason = key === '' ? 'it needs a name at the end' : 'there is only one name after it, without "."';
  return { type: 'unknown', reason, hint: null };
}

function segmentField(suffix: string): KnownField | UnknownField {
  const [, from, to] = segmentRange.exec(suffix) ?? [];
  if (from === undefined) {
    const hint = 'segments count from 0: segments.0, segments.1_3 or segments.len';
    return { type: 'unknown', reason: `"${suffix}" is no segment`, hint };
  }
  const [first, last] = [Number(from), Number(to ?? from)];
  if (to === undefined || first < last) return { type: 'text', name: 'http.path.segments.*', first, last };
  return { type: 'unknown', reason: 'the first segment of a range must be less than the last', hint: null };
}

function noField(name: string, reason: string | null, subsystem: Subsystem): UnknownField {
  const candidates: string[] = [...Object.keys(streamFields)];
  if (subsystem === 'http') candidates.push(...Object.keys(httpFields));
  const meant = nearestField(name, candidates, subsystem);
  const hint =
    meant === null ? `there are ${candidates.join(', ')}${subsystem === 'http' ? otherFields : ''}` : didYouMean(meant);
  return { type: 'unknown', reason, hint };
}

const otherFields = ', http.headers.NAME, http.queries.NAME, http.path.segments.N';

/** The part that is free is not compared: `http.header.x_id` is near `http.headers.x_id`. */
function nearestField(name: string, candidates: readonly string[], subsystem: Subsystem): string | null {
  const dot = name.lastIndexOf('.');
  const prefixes = [...keyedFields, segmentsPrefix.slice(0, -1)];
  const prefix = subsystem === 'http' && dot > 0 ? nearest(name.slice(0, dot), prefixes) : null;
  if (prefix !== null && !prefixes.some((known) => name === known)) return `${prefix}${name.slice(dot)}`;
  return nearest(name, candidates);
}

function didYouMean(name: string): string {
  return `did you mean "${name}"?`;
}

function isKey<Table extends object>(name: string, table: Table): name is Extract<keyof Table, string> {
  return Object.hasOwn(table, name);
}
