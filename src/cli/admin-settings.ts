import type { WriteMode } from '../runtime/config-writer.ts';
import { parseSize } from './nginx-values.ts';
import { parseCertificates } from './pem-values.ts';
import { kong, ours, secret } from './setting-definition.ts';
import { parseBoolean, parseChoice, parseCount, parseList, parseOptionalText } from './setting-parsers.ts';
import { UsageError } from './usage-error.ts';

/** Settings about who may use the Admin API and what it may do. Kong's own names where Kong has the thing. */
export const adminSettings = {
  admin_gui_url: kong('', parseOrigins, 'URLs of Kong Manager; pages from there may use the Admin API'),
  nginx_admin_client_max_body_size: kong(
    '10m',
    parseBodyLimit,
    'largest body that the Admin API takes, else 413; 0 for no limit',
  ),
  nginx_admin_ssl_verify_client: kong(
    'off',
    parseChoice('on', 'optional', 'off'),
    'whether callers of the Admin API must show a certificate over TLS: `on`, `optional` (a good one or none) or `off`',
  ),
  nginx_admin_ssl_client_certificate: kong(
    '',
    parseCertificates,
    'authorities that such a certificate is verified against: paths, PEM or base64, a comma list',
  ),
  nginx_admin_ssl_verify_depth: kong(
    '1',
    parseCount,
    'most certificates between such a one and its authority; Node 24 tells only none from some',
  ),
  admin_writes: ours(
    '',
    parseWrites,
    '`off`, `memory` or `file`: whether the Admin API changes entities, and where they are kept; when empty `off` with a config file, else `memory`',
  ),
  admin_writes_fallback: ours(
    'off',
    parseBoolean,
    'where `admin_writes` is `file` and a file cannot be written, start with `memory` instead of not at all',
  ),
  admin_show_secrets: ours('off', parseBoolean, 'let the Admin API show secrets even while `admin_writes` is `off`'),
  admin_token: secret(
    ours('', parseOptionalText, 'token that Admin API requests must carry; never a flag, so that `ps` cannot show it'),
  ),
  admin_token_file: ours('', parseOptionalText, 'file that holds the Admin API token'),
  admin_readonly_token: secret(
    ours('', parseOptionalText, 'a second token: it may read, without secrets, and change nothing'),
  ),
  admin_readonly_token_file: ours('', parseOptionalText, 'file that holds the second token'),
  admin_allowed_hosts: ours(
    '',
    parseList,
    'host names, besides `localhost` and its own addresses, that Admin API requests may use',
  ),
  admin_allowed_origins: ours(
    '',
    parseOrigins,
    'origins, `https://manager.example`, whose pages may use the Admin API; all others are refused',
  ),
  admin_insecure: ours('off', parseBoolean, 'let the Admin API listen beyond this machine without a token'),
} as const;

/** nginx's 0 for no limit, as a number that no body reaches. */
function parseBodyLimit(text: string): number {
  const bytes = parseSize(text);
  return bytes === 0 ? Number.MAX_SAFE_INTEGER : bytes;
}

function parseWrites(text: string): WriteMode | null {
  return text.trim() === '' ? null : parseChoice<WriteMode>('off', 'memory', 'file')(text);
}

/** A comma list of origins or URLs, as the origins that browsers send. @throws {UsageError} for all that has none */
function parseOrigins(text: string): readonly string[] {
  return parseList(text).map((item) => {
    if (item === '*') throw new UsageError('"*" would let any web page use the Admin API', 'name each origin');
    const url = URL.canParse(item) ? new URL(item) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new UsageError(`"${item}" is not an origin`, 'write scheme, host and port, as in https://manager.example');
    }
    return url.origin;
  });
}
