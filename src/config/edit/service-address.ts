import type { JsonObject, JsonPath } from '../../lib/json.ts';
import { textOf } from '../draft.ts';
import { parseServiceUrl } from '../service-url.ts';
import type { Desk } from './desk.ts';
import { isSameValue } from './same-value.ts';
import type { Tree } from './write-tree.ts';

/** The fields of a service that `url` stands for. */
const parts = ['protocol', 'host', 'port', 'path'] as const;

/** Fields that need no edit of their own once {@link editAddress} has dealt with them. */
export const addressFields: ReadonlySet<string> = new Set(parts);

/** Whether a service of the file has its address in `url`: then it counts more than the fields it stands for. */
export function hasUrl(given: JsonObject): boolean {
  return (given.url ?? null) !== null;
}

/** The pairs by which a service with a `url` gets another address: another `url`, or the fields that it cannot say. */
export function addressPairs(
  desk: Desk,
  path: JsonPath,
  given: JsonObject,
  before: JsonObject,
  after: JsonObject,
): Map<string, Tree | undefined> {
  const pairs = new Map<string, Tree | undefined>();
  if (parts.every((part) => isSameValue(before[part], after[part]))) return pairs;
  const url = urlOf(after);
  if (url !== null) {
    const { tree, isLost } = desk.templates.replacement(desk.document, [...path, 'url'], given.url, url);
    if (isLost) desk.lost([...path, 'url']);
    return pairs.set('url', tree);
  }
  if (desk.document.isFromEnv([...path, 'url'])) desk.lost([...path, 'url']);
  pairs.set('url', undefined);
  for (const part of parts) {
    const value = after[part] ?? null;
    if (value !== null) pairs.set(part, desk.templates.treeOf(value, part));
    else if (given[part] !== undefined) pairs.set(part, undefined);
  }
  return pairs;
}

/** The address as one text; `null` when it would not be read back as the same. */
export function urlOf(service: JsonObject): string | null {
  const [protocol, host] = [textOf(service.protocol), textOf(service.host)];
  if (protocol === null || host === null || typeof service.port !== 'number') return null;
  const port = service.port === (protocol === 'https' ? 443 : 80) ? '' : `:${service.port}`;
  const url = `${protocol}://${host}${port}${textOf(service.path) ?? ''}`;
  const read = parseServiceUrl(url);
  if (typeof read === 'string') return null;
  return parts.every((part) => isSameValue(read[part], service[part])) && read.dropped.length === 0 ? url : null;
}
