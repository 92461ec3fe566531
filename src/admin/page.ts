import type { AdminRequest } from '../pdk/admin.ts';
import { AdminError } from './endpoint.ts';

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1000;
const MAX_TAGS = 5;
/** What a tag may consist of: printable ASCII or UTF-8 without the separators. */
const tagPattern = /^[\x20-\x2b\x2d\x2e\x30-\x7e\u0080-\u{10ffff}]+$/u;

/** One page of a collection. On the last page `next` is `null` and `offset` is absent. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly next: string | null;
  readonly offset?: string;
}

/** What a collection needs of its items. */
interface Listed {
  readonly id: string;
  readonly tags?: readonly string[] | null;
}

/**
 * Cuts the page that `size`, `offset` and `tags` ask for, ordered by id.
 * @param path where the collection is, for `next`
 * @throws {AdminError} 400 with Kong's codes 7, 9 and 11
 */
export function paginate<Item extends Listed>(
  items: readonly Item[],
  path: string,
  query: AdminRequest['query'],
): Page<Item> {
  const size = readSize(query.size);
  const matches = readTags(query.tags);
  const after = readOffset(query.offset);
  const rows = items
    .filter((item) => matches(item.tags ?? []) && item.id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const data = rows.slice(0, size);
  const last = data.at(-1);
  if (rows.length <= size || last === undefined) return { data, next: null };
  const offset = Buffer.from(last.id).toString('base64url');
  const parameters = new URLSearchParams({ offset });
  if (query.tags !== undefined) parameters.set('tags', query.tags);
  if (query.size !== undefined) parameters.set('size', String(size));
  return { data, offset, next: `${path}?${parameters.toString()}` };
}

function readSize(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SIZE;
  const size = Number(text);
  if (text === '' || Number.isNaN(size)) throw invalid(9, 'invalid size', 'size must be a number');
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
    throw invalid(9, 'invalid size', `size must be an integer between 1 and ${MAX_SIZE}`);
  }
  return size;
}

function readOffset(text: string | undefined): string {
  if (text === undefined) return '';
  const id = Buffer.from(text, 'base64url').toString('latin1');
  if (/^[0-9a-f-]{36}$/.test(id)) return id;
  throw invalid(7, 'invalid offset', `'${text}' is not a valid offset: bad base64 encoding`);
}

/** `a,b` asks for all of the tags, `a/b` for any. */
function readTags(text: string | string[] | undefined): (tags: readonly string[]) => boolean {
  if (text === undefined) return () => true;
  if (text === '') throw invalidTags('cannot be null');
  if (typeof text !== 'string' || (text.includes(',') && text.includes('/')))
    throw invalidTags('invalid filter syntax');
  const isAny = text.includes('/');
  const wanted = text.split(isAny ? '/' : ',');
  if (!wanted.every((tag) => tagPattern.test(tag))) throw invalidTags('invalid filter syntax');
  if (wanted.length > MAX_TAGS) throw invalidTags(`cannot query more than ${MAX_TAGS} tags`);
  return (tags) => (isAny ? wanted.some((tag) => tags.includes(tag)) : wanted.every((tag) => tags.includes(tag)));
}

function invalidTags(reason: string): AdminError {
  return new AdminError(400, {
    code: 11,
    name: 'invalid options',
    message: `invalid option (tags: ${reason})`,
    options: { tags: reason },
  });
}

function invalid(code: number, name: string, message: string): AdminError {
  return new AdminError(400, { code, name, message });
}
