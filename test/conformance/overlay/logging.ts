import type { JsonObject } from '../../../src/lib/json.ts';
import { flatQueue, host, moved, type Overlay, positive, replaced, url } from './overlay.ts';

/** Tags that Zipkin spans have anyway. */
const protectedTags = [
  ...['error', 'http.method', 'http.path', 'http.status_code', 'kong.balancer.state', 'kong.balancer.try'],
  ...['kong.consumer', 'kong.credential', 'kong.node.id', 'kong.route', 'kong.service', 'lc', 'peer.hostname'],
];

const freeTag: JsonObject = {
  pattern: `^(?!(?:${protectedTags.map((tag) => tag.replaceAll('.', '\\.')).join('|')})$)`,
  'x-expected': 'a tag that the plugin does not set itself',
};

/** Plugins that report what happened. */
export const logging: Readonly<Record<string, Overlay>> = {
  datadog: {
    fields: {
      ...flatQueue,
      host,
      'metrics[].tags[]': { pattern: '[^:]$', 'x-expected': 'a tag that does not end with ":"' },
    },
    notNull: ['metrics'],
  },
  'file-log': {
    fields: {
      path: {
        pattern: '^[^\\s*&%\\\\`][^*&%\\\\`]*[^\\s*&%\\\\`]$',
        'x-expected': 'a file name of two or more characters, none of them * & % \\ ` and no space around it',
      },
    },
    notNull: ['reopen'],
  },
  'http-log': { fields: { ...flatQueue, http_endpoint: url } },
  loggly: { fields: { host } },
  opentelemetry: {
    fields: {
      traces_endpoint: url,
      logs_endpoint: url,
      endpoint: { ...moved('string', 'traces_endpoint', url), 'x-referenceable': true },
      batch_span_count: replaced('queue.max_batch_size'),
      batch_flush_delay: replaced('queue.max_coalescing_delay'),
      header_type: replaced('propagation'),
    },
  },
  statsd: {
    fields: {
      ...flatQueue,
      host,
      'metrics[].sample_rate': positive,
      'allow_status_codes[]': { pattern: '^[0-9]+-[0-9]+$', 'x-expected': 'a range such as "200-299"' },
    },
    notNull: ['consumer_identifier_default', 'service_identifier_default', 'workspace_identifier_default'],
  },
  syslog: {
    notNull: ['log_level', 'successful_severity', 'client_errors_severity', 'server_errors_severity', 'facility'],
  },
  'tcp-log': { fields: { host }, notNull: ['tls'] },
  'udp-log': { fields: { host } },
  zipkin: {
    fields: {
      http_endpoint: url,
      header_type: replaced('propagation'),
      default_header_type: replaced('propagation.default_format'),
      'static_tags[].name': freeTag,
    },
    notNull: [
      ...['local_service_name', 'include_credential', 'traceid_byte_count', 'header_type', 'default_header_type'],
      ...['tags_header', 'http_span_name', 'phase_duration_flavor'],
    ],
  },
};
