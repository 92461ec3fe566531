import type { AdminRequest } from '../pdk/admin.ts';
import { AdminError } from './endpoint.ts';

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1000;
const MAX_TAGS = 5;
/** What a tag may consist of: printable ASCII or UTF-8 without the separators. */
const tagPattern = /^[\x20-\x2b\x2d\x2e\x30-\x7e\u0080-\u{10ffff}]+$/u;
/** What pages go on behind: an id, with a tag behind it in the list of all tags. */
const offsetPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:$|:)/;

/** One page of a collection. On the last page `next` is `null` and `offset` is absent. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly next: string | null;
  readonly offset?: string;
}

/** What a collection needs of its items. Tags are checked, not assumed: an entity may have a field of that name. */
interface Listed {
  readonly id: string;
  readonly tags?: unknown;
}

/**
 * Cuts the page that `size`, `offset` and `tags` ask for. The offset is the last id of the page before, so that pages
 * neither repeat nor skip what was there all along, whatever is written meanwhile.
 * @param items in the order of their ids
 * @param path where the collection is, for `next`
 * @param keepSize whether `next` repeats the size; Kong's does not in collections below an entity
 * @throws {AdminError} 400 with Kong's codes 7, 9 and 11
 */
export function paginate<Item extends Listed>(
  items: readonly Item[],
  path: string,
  query: AdminRequest['query'],
  keepSize = true,
): Page<Item> {
  const size = readSize(query.size);
  const matches = readTags(query.tags);
  const data: Item[] = [];
  let hasMore = false;
  for (let index = firstAfter(items, readOffset(query.offset)); index < items.length; index++) {
    const item = items[index];
    if (item === undefined || !matches(item.tags)) continue;
    hasMore = data.length === size;
    if (hasMore) break;
    data.push(item);
  }
  const last = data.at(-1);
  if (!hasMore || last === undefined) return { data, next: null };
  const offset = Buffer.from(last.id).toString('base64url');
  const parameters = new URLSearchParams({ offset });
  if (query.tags !== undefined) parameters.set('tags', query.tags);
  if (query.size !== undefined && keepSize) parameters.set('size', String(size));
  return { data, offset, next: `${path}?${parameters.toString()}` };
}

/** Position of the first item whose id comes after `id`: a search, since pages of a long list are many. */
function firstAfter(items: readonly Listed[], id: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle]?.id ?? '') > id) high = middle;
    else low = middle + 1;
  }
  return low;
}

function readSize(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SIZE;
  const size = Number(text);
  if (text.trim() === '' || Number.isNaN(size)) throw invalid(9, 'invalid size', 'size must be a number');
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
    throw invalid(9, 'invalid size', `size must be an integer between 1 and ${MAX_SIZE}`);
  }
  return size;
}

function readOffset(text: string | undefined): string {
  if (text === undefined) return '';
  const id = Buffer.from(text, 'base64url').toString('utf8');
  if (offsetPattern.test(id)) return id;
  throw invalid(7, 'invalid offset', `'${text}' is not a valid offset: bad base64 encoding`);
}

/** `a,b` asks for all of the tags, `a/b` for any. */
function readTags(text: string | undefined): (tags: unknown) => boolean {
  if (text === undefined) return () => true;
  if (text === '') throw invalidTags('cannot be null');
  if (text.includes(',') && text.includes('/')) throw invalidTags('invalid filter syntax');
  const isAny = text.includes('/');
  const wanted = text.split(isAny ? '/' : ',');
  if (!wanted.every((tag) => tagPattern.test(tag))) throw invalidTags('invalid filter syntax');
  if (wanted.length > MAX_TAGS) throw invalidTags(`cannot query more than ${MAX_TAGS} tags`);
  return (tags) => {
    const has = (tag: string): boolean => Array.isArray(tags) && tags.includes(tag);
    return isAny ? wanted.some(has) : wanted.every(has);
  };
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
