/** An HTTP/2 request head in the words of HTTP/1.1. */
export interface Http2Request {
  readonly method: string;
  /** `:path`. */
  readonly path: string;
  /** Regular fields in order; `host` first, made of `:authority`, cookie crumbs joined into one field. */
  readonly rawHeaders: string[];
}

/**
 * Reads the field list of an HTTP/2 request (RFC 9113 §8.3.1). `null` when it has no meaning as a request to proxy:
 * no method or path, a method that opens a tunnel, or a `Host` field that contradicts `:authority`.
 */
export function readHttp2Request(rawFields: readonly string[]): Http2Request | null {
  let method = '';
  let path = '';
  let authority: string | undefined;
  let host: string | undefined;
  let cookie: string | undefined;
  const fields: string[] = [];
  for (let at = 0; at < rawFields.length; at += 2) {
    const name = rawFields[at] ?? '';
    const value = rawFields[at + 1] ?? '';
    if (name === ':method') method = value;
    else if (name === ':path') path = value;
    else if (name === ':authority') authority = value;
    else if (name === ':scheme') continue;
    else if (name.startsWith(':')) return null;
    else if (name === 'host' && host === undefined) host = value;
    else if (name === 'cookie') cookie = cookie === undefined ? value : `${cookie}; ${value}`;
    else fields.push(name, value);
  }
  if (method === '' || method === 'CONNECT' || path === '') return null;
  if (authority !== undefined && host !== undefined && authority.toLowerCase() !== host.toLowerCase()) return null;
  const named = authority ?? host;
  const rawHeaders = named === undefined ? [] : ['host', named];
  rawHeaders.push(...fields);
  if (cookie !== undefined) rawHeaders.push('cookie', cookie);
  return { method, path, rawHeaders };
}
