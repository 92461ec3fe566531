import {
  flatRedis,
  headerName,
  host,
  ipRange,
  maybeEmpty,
  moved,
  type Overlay,
  positive,
  regex,
  removedLists,
  url,
} from './overlay.ts';

const windows = ['second', 'minute', 'hour', 'day', 'month', 'year'];

function limitsAt(prefix: string): Overlay['fields'] {
  return Object.fromEntries(windows.map((window) => [`${prefix}${window}`, positive]));
}

/** Plugins that control traffic or guard it. */
export const traffic: Readonly<Record<string, Overlay>> = {
  acl: { fields: { '': removedLists }, notNull: ['hide_groups_header', 'always_use_authenticated_groups'] },
  acme: {
    fields: {
      account_email: { pattern: '@', 'x-expected': 'an e-mail address' },
      api_uri: url,
      'domains[]': { format: 'wildcard-host' },
      'storage_config.redis.extra_options.namespace': {
        ...maybeEmpty,
        pattern: '^(?!kong_acme:(?:renew_config:|renew_last_run|cert_key:))',
        'x-expected': 'a prefix that ACME does not use itself',
      },
      'storage_config.redis.auth': moved('string', 'password', { ...maybeEmpty, 'x-secret': true }),
      'storage_config.redis.ssl_server_name': moved('string', 'server_name'),
      'storage_config.redis.namespace': moved('string', 'extra_options.namespace', maybeEmpty),
      'storage_config.redis.scan_count': moved('integer', 'extra_options.scan_count'),
      'storage_config.consul.host': host,
      'storage_config.vault.host': host,
    },
  },
  'bot-detection': { fields: { '': removedLists, 'allow[]': regex, 'deny[]': regex } },
  canary: { fields: { '': removedLists } },
  cors: {
    fields: { 'origins[]': { format: 'kong-regex-or-star' } },
    notNull: ['credentials', 'private_network', 'preflight_continue', 'allow_origin_absent'],
  },
  'ip-restriction': { fields: { '': removedLists, 'allow[]': ipRange, 'deny[]': ipRange } },
  'proxy-cache': {
    fields: { cache_ttl: positive },
    notNull: ['response_code', 'request_method', 'content_type', 'cache_control', 'memory.dictionary_name'],
  },
  'rate-limiting': {
    fields: {
      ...flatRedis,
      ...limitsAt(''),
      header_name: headerName,
      path: { format: 'path' },
      error_code: positive,
    },
    notNull: ['fault_tolerant', 'hide_client_headers', 'sync_rate'],
  },
  redirect: { fields: { location: url }, notNull: ['status_code'] },
  'request-size-limiting': { notNull: ['size_unit', 'require_content_length'] },
  'request-termination': { fields: { trigger: headerName }, notNull: ['status_code', 'echo'] },
  'response-ratelimiting': {
    fields: { ...flatRedis, ...limitsAt('limits{}.') },
    notNull: ['fault_tolerant', 'block_on_first_violation', 'hide_client_headers'],
  },
  'standard-webhooks': { fields: { tolerance_second: { minimum: 0 } }, notNull: ['tolerance_second'] },
};
