import type { OutgoingHttpHeaders } from 'node:http2';

/** What HTTP/2 has no place for (RFC 9113 §8.2.2), and the pseudo header's older self. */
const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
]);

/** Fields with one value by definition: Node refuses to send a second one. */
const SINGLE: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
]);

/**
 * A flat header list as `node:http2` takes it: names in lower case, what belongs to an HTTP/1.1 connection left out,
 * repeated fields kept apart. Of a field that can have one value only, the first stays.
 */
export function headersForHttp2(rawHeaders: readonly string[]): OutgoingHttpHeaders {
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (CONNECTION_SPECIFIC.has(name) || (name === 'te' && value.toLowerCase() !== 'trailers')) continue;
    const known = headers[name];
    if (known === undefined) headers[name] = value;
    else if (typeof known !== 'string') known.push(value);
    else if (!SINGLE.has(name)) headers[name] = [known, value];
  }
  return headers;
}
