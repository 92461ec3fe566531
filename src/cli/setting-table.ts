import { metadataAddresses } from '../oidc/address-guard.ts';
import type { RouterFlavor } from '../router/router.ts';
import { adminSettings } from './admin-settings.ts';
import { limitSettings } from './limit-settings.ts';
import { parseListen, parseStreamListen } from './listen-address.ts';
import { kong, nginx, ours, secret } from './setting-definition.ts';
import {
  parseAccessLog,
  parseAddressRanges,
  parseBoolean,
  parseChoice,
  parseDatabase,
  parseHeaders,
  parseUpstreamHeaders,
  parseLogLevel,
  parseOptionalText,
  parsePlugins,
  parsePortMaps,
  parseSeconds,
} from './setting-parsers.ts';
import { tlsSettings } from './tls-settings.ts';
import { upstreamSettings } from './upstream-settings.ts';

/** Settings about where gw listens, what it runs, and how it sees its callers. */
const coreSettings = {
  proxy_listen: kong(
    '0.0.0.0:8000, 0.0.0.0:8443 http2 ssl',
    parseListen,
    'where the proxy listens: `address:port` or `unix:/path` with flags, a comma list, or `off`',
  ),
  stream_listen: kong(
    'off',
    parseStreamListen,
    'where TCP and TLS connections are taken: `address:port` with flags, a comma list, or `off`',
  ),
  admin_listen: kong(
    '127.0.0.1:8001',
    parseListen,
    'where the Admin API listens: `address:port` with flags, a comma list, or `off`',
  ),
  declarative_config: kong('', parseOptionalText, 'the config file to run when no `-c` is given'),
  database: kong('off', parseDatabase, 'must be `off`: gw has no database'),
  router_flavor: kong(
    '',
    parseFlavor,
    '`traditional_compatible`, `traditional` or `expressions`; when empty the first, or the last if routes have expressions',
  ),
  log_level: kong('notice', parseLogLevel, '`debug`, `info`, `notice`, `warn`, `error`, `crit`, `alert` or `emerg`'),
  proxy_access_log: kong('off', parseAccessLog, '`off`, or anything else for one log line per request, on stderr'),
  trusted_ips: kong(
    '',
    parseAddressRanges,
    'addresses and CIDR ranges whose `X-Forwarded-*` headers and PROXY protocol are believed',
  ),
  real_ip_header: nginx(
    'real_ip_header',
    'X-Real-IP',
    parseHeaderName,
    'where trusted peers say who the client is: a header, or `proxy_protocol`',
  ),
  real_ip_recursive: nginx(
    'real_ip_recursive',
    'off',
    parseBoolean,
    'skip trusted addresses in that header from the right',
  ),
  port_maps: kong('', parsePortMaps, 'ports as clients see them, `80:8000, 443:8443`: outside before inside'),
  headers: kong(
    'server_tokens, latency_tokens, X-Kong-Request-Id',
    parseHeaders,
    'which headers of its own gw adds to answers, or `off`',
  ),
  headers_upstream: kong(
    'X-Kong-Request-Id',
    parseUpstreamHeaders,
    'which headers of its own gw adds to upstream requests: this one, or `off`',
  ),
  error_default_type: kong(
    'text/plain',
    parseChoice('text/plain', 'text/html', 'application/json', 'application/xml'),
    'form of error bodies for callers without `Accept`',
  ),
  plugins: kong('bundled', parsePlugins, "plugins that configs may hold: `bundled` is all of Kong's, more by name"),
} as const;

/** Settings that Kong does not have. */
const ownSettings = {
  watch: ours('off', parseBoolean, 'reload when a config file changes'),
  drain_timeout: ours('30', parseSeconds, 'seconds that requests under way get to finish after SIGTERM'),
  auth_debug_header: ours(
    'off',
    parseBoolean,
    'tell callers in `X-Gw-Auth` how they were authenticated, or why not: for tests, not for the public',
  ),
  idp_denied_addresses: ours(
    metadataAddresses.join(', '),
    parseAddressRanges,
    'addresses and CIDR ranges that no call to an identity provider goes to, whatever its documents name',
  ),
  cache_url: secret(ours('', parseOptionalText, 'shared cache: `redis://…`, `file:///…`; memory when empty')),
} as const;

/** Every setting gw runs, by its name in `kong.conf`. */
export const settingTable = {
  ...coreSettings,
  ...tlsSettings,
  ...limitSettings,
  ...upstreamSettings,
  ...adminSettings,
  ...ownSettings,
} as const;

/** The name of a setting. */
export type SettingName = keyof typeof settingTable;

/** All settings with their values. Keys are Kong's spelling. */
export type Settings = { readonly [Name in SettingName]: ReturnType<(typeof settingTable)[Name]['parse']> };

function parseFlavor(text: string): RouterFlavor | null {
  const parse = parseChoice<RouterFlavor>('traditional_compatible', 'traditional', 'expressions');
  return text.trim() === '' ? null : parse(text);
}

function parseHeaderName(text: string): string {
  return text.trim().toLowerCase();
}
