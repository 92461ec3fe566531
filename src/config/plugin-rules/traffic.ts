import {
  allOrNone,
  atLeastOne,
  atMostOne,
  each,
  excludes,
  increasing,
  needs,
  needsDatabase,
  requiredWhen,
  sameLength,
  when,
} from './combinators.ts';
import type { PluginRule } from './rule.ts';

const windows = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const;

const shared = 'use "redis" to share counters, or "local"';

/** Syncing in the background is for Redis, and not more often than every 20 ms. */
const syncRate: PluginRule = {
  fields: ['policy', 'sync_rate'],
  check(config, report) {
    const rate = config.get('sync_rate');
    if (typeof rate !== 'number' || rate === -1) return;
    const path = config.pathOf('sync_rate');
    if (config.get('policy') !== 'redis') {
      const hint = 'set "policy" to "redis", or leave "sync_rate" out';
      report({ rule: 'combination', path, message: '"sync_rate" has a meaning with policy "redis" only', hint });
    } else if (rate < 0.02) {
      report({ rule: 'value', path, message: `"sync_rate" must be at least 0.02, or -1 for no delay, not ${rate}` });
    }
  },
};

/** Rules for plugins that control traffic or guard it. */
export const trafficRules: Readonly<Record<string, readonly PluginRule[]>> = {
  acl: [atMostOne('allow', 'deny'), atLeastOne('allow', 'deny')],
  acme: [
    termsAccepted(),
    requiredWhen(when('storage', 'redis'), 'storage_config.redis.host'),
    requiredWhen(when('storage', 'redis'), 'storage_config.redis.port'),
    needsDatabase('storage', 'kong', 'use "redis", "consul" or "vault" to share certificates, or "shm"'),
  ],
  'ip-restriction': [atLeastOne('allow', 'deny')],
  'rate-limiting': [
    atLeastOne(...windows),
    increasing(...windows),
    requiredWhen(when('policy', 'redis'), 'redis.host'),
    requiredWhen(when('policy', 'redis'), 'redis.port'),
    requiredWhen(when('policy', 'redis'), 'redis.timeout'),
    requiredWhen(when('limit_by', 'header'), 'header_name'),
    requiredWhen(when('limit_by', 'path'), 'path'),
    needsDatabase('policy', 'cluster', shared),
    syncRate,
  ],
  'rate-limiting-advanced': [
    sameLength('limit', 'window_size'),
    requiredWhen(when('identifier', 'header'), 'header_name'),
    requiredWhen(when('identifier', 'path'), 'path'),
  ],
  'response-ratelimiting': [
    atLeastOne('limits'),
    each('limits', atLeastOne(...windows), increasing(...windows)),
    requiredWhen(when('policy', 'redis'), 'redis.host'),
    requiredWhen(when('policy', 'redis'), 'redis.port'),
    requiredWhen(when('policy', 'redis'), 'redis.timeout'),
    needsDatabase('policy', 'cluster', shared),
  ],
  'request-termination': [
    excludes('message', 'body', 'content_type'),
    needs('content_type', 'body'),
    excludes('echo', 'body', 'content_type'),
  ],
  'service-protection': [sameLength('limit', 'window_size')],
  'forward-proxy': [allOrNone('http_proxy_host', 'http_proxy_port'), allOrNone('https_proxy_host', 'https_proxy_port')],
};

/** Let's Encrypt wants its terms accepted. */
function termsAccepted(): PluginRule {
  return {
    fields: ['api_uri', 'tos_accepted'],
    check(config, report) {
      const servers = ['https://acme-v02.api.letsencrypt.org', 'https://acme-staging-v02.api.letsencrypt.org'];
      if (!servers.some((server) => server === config.get('api_uri')) || config.get('tos_accepted') === true) return;
      const message = '"tos_accepted" must be true: Let\'s Encrypt asks for its terms of service to be accepted';
      report({ rule: 'combination', path: config.pathOf('tos_accepted'), message });
    },
  };
}
