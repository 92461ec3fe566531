import type { JsonValue } from './json.ts';

const plainKey = /^[A-Za-z_]\w*$/;

/**
 * A value as Kong writes it in error messages: `{services={{host="required field missing"}}}`. Keys are sorted, lists
 * count from 1 and holes (`null`) are left out.
 */
export function luaNotation(value: JsonValue): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return String(value);
  return `{${(Array.isArray(value) ? listItems(value as readonly JsonValue[]) : recordItems(value)).join(',')}}`;
}

function listItems(list: readonly JsonValue[]): string[] {
  const items: string[] = [];
  let isDense = true;
  for (const [index, item] of list.entries()) {
    if (item === null) isDense = false;
    else items.push(isDense ? luaNotation(item) : `[${index + 1}]=${luaNotation(item)}`);
  }
  return items;
}

function recordItems(record: object): string[] {
  return Object.entries(record as Readonly<Record<string, JsonValue>>)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${plainKey.test(key) ? key : `[${quote(key)}]`}=${luaNotation(item)}`);
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
