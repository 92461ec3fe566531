import { isJsonObject } from '../../lib/json.ts';
import { atLeastOne, each, requiredWhen, when } from './combinators.ts';
import type { PluginRule } from './rule.ts';

/** Counters and gauges are sampled. */
const sampled = each('metrics', requiredWhen(when('stat_type', 'counter', 'gauge'), 'sample_rate'));

/** Headers that belong to the request itself, and a login given twice. */
const logHeaders: PluginRule = {
  fields: ['headers', 'http_endpoint'],
  check(config, report) {
    const headers = config.get('headers');
    if (!isJsonObject(headers)) return;
    for (const name of Object.keys(headers)) {
      const path = [...config.pathOf('headers'), name];
      if (/^(?:host|content-length|content-type)$/i.test(name)) {
        report({ rule: 'value', path, message: `"headers" cannot hold "${name}": the plugin sets it`, atKey: true });
      } else if (!/^[-\w]+$/.test(name)) {
        report({ rule: 'value', path, message: `"${name}" is not the name of a header`, atKey: true });
      } else if (/^authorization$/i.test(name) && hasLogin(config.get('http_endpoint'))) {
        const message = `"${name}" cannot be used with a user in "http_endpoint"`;
        report({ rule: 'combination', path, message, hint: 'keep one of them', atKey: true });
      }
    }
  },
};

function hasLogin(url: unknown): boolean {
  return typeof url === 'string' && /^[^/]*:\/\/[^/?#]*@/.test(url);
}

const headerNames: PluginRule = {
  fields: ['headers'],
  check(config, report) {
    const headers = config.get('headers');
    for (const name of isJsonObject(headers) ? Object.keys(headers) : []) {
      if (/^[-\w]+$/.test(name)) continue;
      const path = [...config.pathOf('headers'), name];
      report({ rule: 'value', path, message: `"${name}" is not the name of a header`, atKey: true });
    }
  },
};

const distinctTags: PluginRule = {
  fields: ['static_tags'],
  check(config, report) {
    const seen = new Set<unknown>();
    for (const tag of config.entries('static_tags')) {
      const name = tag.get('name');
      if (typeof name !== 'string') continue;
      if (seen.has(name)) {
        report({ rule: 'combination', path: tag.pathOf('name'), message: `tag "${name}" is there twice` });
      }
      seen.add(name);
    }
  },
};

/** Rules for plugins that report what happened. */
export const loggingRules: Readonly<Record<string, readonly PluginRule[]>> = {
  datadog: [sampled],
  'http-log': [logHeaders],
  opentelemetry: [
    atLeastOne('traces_endpoint', 'logs_endpoint', 'metrics.endpoint', 'access_logs.endpoint'),
    headerNames,
  ],
  statsd: [sampled],
  'statsd-advanced': [sampled],
  zipkin: [distinctTags],
};
