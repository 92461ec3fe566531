import { Secret } from '../../lib/secret.ts';
import type { ProxySettings, TransportSettings } from '../../oidc/transport.ts';
import type { OpenidConnectConfig } from './config.ts';

/** Decides once how calls to the provider travel. */
export function transportSettings(config: OpenidConnectConfig): TransportSettings {
  return {
    httpProxy: proxy(config.http_proxy, config.http_proxy_authorization),
    httpsProxy: proxy(config.https_proxy, config.https_proxy_authorization),
    noProxy: (config.no_proxy ?? '')
      .split(',')
      .map((host) => host.trim().toLowerCase().replace(/^\./, ''))
      .filter((host) => host !== ''),
    keepsAlive: config.keepalive ?? true,
  };
}

function proxy(url: string | null | undefined, authorization: string | null | undefined): ProxySettings | null {
  if (url === null || url === undefined || url === '') return null;
  const value = authorization ?? '';
  return { url, authorization: value === '' ? null : new Secret(value) };
}
