import { parseListen } from './listen-address.ts';
import {
  parseAccessLog,
  parseAddressRanges,
  parseBoolean,
  parseDatabase,
  parseHeaders,
  parseList,
  parseLogLevel,
  parseOptionalText,
  parsePlugins,
  parseSeconds,
} from './setting-parsers.ts';

/** One setting of `gw start`. */
export interface SettingDefinition<Value> {
  /** As it is written in `kong.conf`; the default too. */
  readonly defaultText: string;
  /** @throws {UsageError} */
  readonly parse: (text: string) => Value;
  /** One line for `gw help settings` and `docs/start.md`. */
  readonly doc: string;
  /** True for settings Kong does not have: `GW_…` and `kong.conf` only, never `KONG_…`. */
  readonly isOurs: boolean;
  /** True when the value must not be printed. */
  readonly isSecret?: boolean;
}

function kong<Value>(defaultText: string, parse: (text: string) => Value, doc: string): SettingDefinition<Value> {
  return { defaultText, parse, doc, isOurs: false };
}

function ours<Value>(defaultText: string, parse: (text: string) => Value, doc: string): SettingDefinition<Value> {
  return { defaultText, parse, doc, isOurs: true };
}

/** Every setting gw runs, by its name in `kong.conf`. */
export const settingTable = {
  proxy_listen: kong('0.0.0.0:8000', parseListen, 'where the proxy listens: `address:port`, a comma list, or `off`'),
  admin_listen: kong(
    '127.0.0.1:8001',
    parseListen,
    'where the Admin API listens: `address:port`, a comma list, or `off`',
  ),
  declarative_config: kong('', parseOptionalText, 'the config file to run when no `-c` is given'),
  database: kong('off', parseDatabase, 'must be `off`: gw has no database'),
  log_level: kong('notice', parseLogLevel, '`debug`, `info`, `notice`, `warn`, `error`, `crit`, `alert` or `emerg`'),
  proxy_access_log: kong('off', parseAccessLog, '`off`, or anything else for one log line per request, on stderr'),
  trusted_ips: kong('', parseAddressRanges, 'addresses and CIDR ranges whose `X-Forwarded-*` headers are believed'),
  headers: kong(
    'server_tokens, latency_tokens, X-Kong-Request-Id',
    parseHeaders,
    'which headers of its own gw adds to answers, or `off`',
  ),
  plugins: kong('bundled', parsePlugins, "plugins that configs may hold: `bundled` is all of Kong's, more by name"),
  watch: ours('off', parseBoolean, 'reload when a config file changes'),
  drain_timeout: ours('30', parseSeconds, 'seconds that requests under way get to finish after SIGTERM'),
  admin_token: {
    ...ours(
      '',
      parseOptionalText,
      'token that Admin API requests must carry; never a flag, so that `ps` cannot show it',
    ),
    isSecret: true,
  },
  admin_token_file: ours('', parseOptionalText, 'file that holds the Admin API token'),
  admin_allowed_hosts: ours(
    '',
    parseList,
    'host names, besides `localhost` and its own addresses, that Admin API requests may use',
  ),
  admin_insecure: ours('off', parseBoolean, 'let the Admin API listen beyond this machine without a token'),
  cache_url: {
    ...ours('', parseOptionalText, 'shared cache: `redis://…`, `file:///…`; memory when empty'),
    isSecret: true,
  },
} as const;

/** The name of a setting. */
export type SettingName = keyof typeof settingTable;

/** All settings with their values. Keys are Kong's spelling. */
export type Settings = { readonly [Name in SettingName]: ReturnType<(typeof settingTable)[Name]['parse']> };

/** Settings of Kong that are accepted and change nothing here, and beginnings of such names. */
export const inertSettings: ReadonlySet<string> = new Set([
  'admin_access_log',
  'admin_error_log',
  'admin_gui_listen',
  'admin_gui_url',
  'admin_ssl_cert',
  'admin_ssl_cert_key',
  'anonymous_reports',
  'client_body_buffer_size',
  'client_max_body_size',
  'client_ssl',
  'db_cache_ttl',
  'declarative_config_string',
  'error_default_type',
  'license_path',
  'lua_package_cpath',
  'lua_package_path',
  'lua_socket_pool_size',
  'lua_ssl_protocols',
  'lua_ssl_trusted_certificate',
  'lua_ssl_verify_depth',
  'mem_cache_size',
  'password',
  'port_maps',
  'prefix',
  'proxy_error_log',
  'proxy_server',
  'real_ip_header',
  'real_ip_recursive',
  'role',
  'router_flavor',
  'ssl_cert',
  'ssl_cert_key',
  'ssl_cipher_suite',
  'ssl_ciphers',
  'ssl_protocols',
  'status_access_log',
  'status_error_log',
  'status_listen',
  'stream_listen',
  'untrusted_lua',
  'upstream_keepalive_idle_timeout',
  'upstream_keepalive_max_requests',
  'upstream_keepalive_pool_size',
  'vaults',
  'worker_consistency',
  'worker_state_update_frequency',
]);

/** Beginnings of setting names that belong to machinery gw does not have. */
export const inertPrefixes: readonly string[] = [
  'cassandra_',
  'cluster_',
  'dns_',
  'nginx_',
  'opentelemetry_',
  'pg_',
  'portal_',
  'rbac',
  'resolver_',
  'tracing_',
  'vault_',
  'vitals',
  'wasm',
];
