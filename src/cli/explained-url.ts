import type { ExplainedRequest } from './explain-request.ts';
import { UsageError } from './usage-error.ts';

/**
 * The request that a method, a URL (or a path, with the host in a header) and headers stand for; `port` is that of the
 * listener when it is not the URL's.
 * @throws {UsageError} when they make no request
 */
export function readRequest(
  method: string,
  url: string,
  headers: readonly string[],
  port: number | null = null,
): ExplainedRequest {
  const match = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(url);
  if (match === null && !url.startsWith('/')) {
    throw new UsageError(`"${url}" is neither a path nor an http(s) URL`, 'write /path or http://host/path');
  }
  const scheme = match?.[1]?.toLowerCase() === 'https' ? 'https' : 'http';
  const pairs = headers.map(readHeader);
  const authority = (match?.[2] ?? '').replace(/^.*@/, '');
  const host = pairs.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? authority;
  const rest = match === null ? url : (match[3] ?? '');
  const given = /:(\d+)$/.exec(authority)?.[1];
  const others = pairs.filter(([name]) => name.toLowerCase() !== 'host').flat();
  return {
    method: method.toUpperCase(),
    scheme,
    host,
    port: port ?? Number(given ?? (scheme === 'https' ? 443 : 80)),
    target: rest.startsWith('/') ? rest : `/${rest}`,
    rawHeaders: host === '' ? others : ['Host', host, ...others],
  };
}

function readHeader(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  if (colon <= 0) throw new UsageError(`"${text}" is not a header`, "write -H 'name: value'");
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}
