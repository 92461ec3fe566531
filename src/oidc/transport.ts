import { keyedDigest } from '../cache/cache-key.ts';
import type { Secret } from '../lib/secret.ts';

/** A proxy that calls go through. */
export interface ProxySettings {
  /** http or https, with or without a user name and password. */
  readonly url: string;
  /** The whole `Proxy-Authorization` value; wins over the URL's user name. Null: none. */
  readonly authorization: Secret | null;
}

/** How calls to a provider travel. Equal ones share connections. */
export interface TransportSettings {
  /** For http URLs, which it gets in absolute form. */
  readonly httpProxy: ProxySettings | null;
  /** For https URLs, to which it opens a tunnel (CONNECT). */
  readonly httpsProxy: ProxySettings | null;
  /** Hosts that are called directly, they and their subdomains, in lower case without a leading dot; `*` is all. */
  readonly noProxy: readonly string[];
  /** Off: a connection of its own for each call. */
  readonly keepsAlive: boolean;
}

/** Without proxies. */
export const directTransport: TransportSettings = { httpProxy: null, httpsProxy: null, noProxy: [], keepsAlive: true };

/** Equal for equal settings. Made under a key, since proxies have passwords. */
export function transportDigest({ httpProxy, httpsProxy, noProxy, keepsAlive }: TransportSettings): string {
  const parts = [httpProxy, httpsProxy].flatMap((proxy) => [
    proxy?.url ?? null,
    proxy?.authorization?.reveal() ?? null,
  ]);
  return keyedDigest('transport', [...parts, noProxy, String(keepsAlive)]);
}

/** The proxy for a URL; null: none. */
export function proxyFor({ protocol, hostname }: URL, transport: TransportSettings): ProxySettings | null {
  const proxy = protocol === 'https:' ? transport.httpsProxy : transport.httpProxy;
  return proxy === null || isExempt(hostname, transport.noProxy) ? null : proxy;
}

function isExempt(hostname: string, noProxy: readonly string[]): boolean {
  return noProxy.some((host) => host === '*' || hostname === host || hostname.endsWith(`.${host}`));
}
