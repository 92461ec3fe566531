import { first } from './client-identity.ts';

/** What the URL of a request is put together from. */
export interface UrlSource {
  readonly scheme: string;
  /** The Host header as sent. */
  readonly host: string;
  readonly rawHeaders: readonly string[];
  readonly isFromTrusted: boolean;
}

/**
 * The URL a client called, without query, as far as it can be known: its own words, or those of a trusted peer in
 * `X-Forwarded-Proto`, `-Host`, `-Port`, `-Path` and `-Prefix`. A port in the host is what the client wrote, so
 * `X-Forwarded-Port` counts only beside a host without one.
 * @param path as received
 */
export function publicUrl(source: UrlSource, path: string): string {
  const said = (name: string): string | undefined =>
    source.isFromTrusted ? first(source.rawHeaders, name) : undefined;
  const host = said('x-forwarded-host') ?? source.host;
  const port = /:\d+$/.test(host) ? undefined : said('x-forwarded-port');
  const authority = port === undefined ? host : `${host}:${port}`;
  const fullPath = said('x-forwarded-path') ?? `${prefixOf(said('x-forwarded-prefix'))}${path}`;
  return `${said('x-forwarded-proto') ?? source.scheme}://${authority}${fullPath}`;
}

/** `X-Forwarded-Prefix` as proxies send it that have cut it off. */
function prefixOf(prefix: string | undefined): string {
  return prefix === undefined ? '' : prefix.replace(/\/+$/, '');
}
