import type { IncomingMessage } from 'node:http';

/** What httpbin's `/anything` tells about a request. Keys in httpbin's (alphabetical) order. */
export interface HttpbinEcho {
  readonly args: Readonly<Record<string, string | string[]>>;
  /** The body as text, or as a `data:` URL when it is not UTF-8; empty for a form. */
  readonly data: string;
  readonly files: Readonly<Record<string, never>>;
  readonly form: Readonly<Record<string, string | string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  /** The body parsed as JSON, whatever its type says; `null` when it is none. */
  readonly json: unknown;
  readonly method: string;
  readonly origin: string;
  readonly url: string;
}

/**
 * Describes a request as httpbin does. Two differences: forwarding headers such as `X-Forwarded-For` are always shown
 * (httpbin hides them unless asked), and multipart bodies stay in `data`.
 */
export function httpbinEcho(request: IncomingMessage, body: Buffer): HttpbinEcho {
  const headers = canonicalHeaders(request.rawHeaders);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['Content-Type'] ?? '');
  const query = (request.url ?? '').split('?')[1] ?? '';
  const data = isForm ? '' : bodyText(body);
  return {
    args: multiDict(new URLSearchParams(query)),
    data,
    files: {},
    form: isForm ? multiDict(new URLSearchParams(body.toString('utf8'))) : {},
    headers,
    json: parsedOrNull(data),
    method: request.method ?? '',
    origin: headers['X-Forwarded-For'] ?? request.socket.remoteAddress ?? '',
    url: fullUrl(request, headers),
  };
}

/** Header names as httpbin writes them (`X-Request-Id`), repeated ones joined by a comma, sorted by name. */
export function canonicalHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const found = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = canonicalName(rawHeaders[i] ?? '');
    const value = rawHeaders[i + 1] ?? '';
    const before = found.get(name);
    found.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function canonicalName(name: string): string {
  const capital = (part: string): string => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase();
  return name.split('-').map(capital).join('-');
}

function multiDict(pairs: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(pairs.keys())].sort();
  return Object.fromEntries(
    names.map((name) => {
      const values = pairs.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function bodyText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return `data:application/octet-stream;base64,${body.toString('base64')}`;
  }
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function fullUrl(request: IncomingMessage, headers: Readonly<Record<string, string>>): string {
  const scheme = headers['X-Forwarded-Proto'] ?? 'http';
  return `${scheme}://${headers.Host ?? ''}${request.url ?? ''}`;
}
