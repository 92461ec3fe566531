import type { JsonObject } from '../../../src/lib/json.ts';
import { host, lua, type Overlay, removed, url } from './overlay.ts';

const valued: JsonObject = { pattern: '^[^:]+:+[^:][\\s\\S]*$', 'x-expected': 'of the form name:value' };
const pair: JsonObject = { pattern: '^[^:]+:[\\s\\S]*$', 'x-expected': 'of the form name:value' };
const header: JsonObject = {
  pattern: '^[-0-9A-Za-z_]+(?::[\\s\\S]*)?$',
  'x-expected': 'the name of a header: letters, digits, "-" and "_"',
};
const headerValue: JsonObject = {
  pattern: '^[-0-9A-Za-z_]+:[\\s\\S]*$',
  'x-expected': 'of the form Header-Name:value',
};
const headerRename: JsonObject = {
  pattern: '^[-0-9A-Za-z_]+:+[-0-9A-Za-z_]+$',
  'x-expected': 'of the form Old-Name:New-Name',
};

/** The same keywords for the entries of several lists. */
function entries(keywords: JsonObject, actions: readonly string[], lists: readonly string[]): Overlay['fields'] {
  return Object.fromEntries(
    actions.flatMap((action) => lists.map((list) => [`${action}.${list}[]`, keywords] as const)),
  );
}

function notNull(actions: readonly string[], lists: readonly string[]): readonly string[] {
  return actions.flatMap((action) => lists.map((list) => `${action}.${list}`));
}

const phases = ['certificate', 'rewrite', 'access', 'header_filter', 'body_filter', 'log'];

const serverless: Overlay = {
  fields: {
    '': removed({ functions: '"functions" was removed in Kong 3.0: name the phase instead, e.g. "access"' }),
    ...Object.fromEntries(phases.map((phase) => [`${phase}[]`, lua])),
  },
  notNull: phases,
};

const changes = ['add', 'append', 'replace'];

const proxies: Overlay = { fields: { http_proxy_host: host, https_proxy_host: host } };

/** Plugins that change requests and responses, or answer them elsewhere. */
export const transformation: Readonly<Record<string, Overlay>> = {
  'ai-request-transformer': proxies,
  'ai-response-transformer': proxies,
  'aws-lambda': {
    fields: {
      '': removed({ proxy_scheme: '"proxy_scheme" was removed in Kong 3.0: delete it' }),
      aws_sts_endpoint_url: url,
      host,
      proxy_url: url,
    },
    notNull: ['timeout', 'keepalive', 'invocation_type', 'log_type', 'aws_imds_protocol_version', 'empty_arrays_mode'],
  },
  'azure-functions': { notNull: ['hostdomain'] },
  'correlation-id': { notNull: ['generator', 'echo_downstream'] },
  'exit-transformer': { fields: { 'functions[]': lua } },
  'post-function': serverless,
  'pre-function': serverless,
  'request-transformer': {
    fields: {
      http_method: { pattern: '^[A-Z]+$', 'x-expected': 'a method in capital letters' },
      ...entries(valued, [...changes, 'rename'], ['body', 'querystring']),
      ...entries(headerValue, changes, ['headers']),
      ...entries(headerRename, ['rename'], ['headers']),
      ...entries(header, ['remove'], ['headers']),
    },
    notNull: notNull([...changes, 'rename', 'remove'], ['body', 'headers', 'querystring']),
  },
  'response-transformer': {
    fields: {
      ...entries(pair, changes, ['json', 'headers']),
      ...entries(pair, ['rename'], ['json']),
      ...entries(headerRename, ['rename'], ['headers']),
    },
    notNull: [...notNull([...changes, 'rename', 'remove'], ['json', 'headers']), ...notNull(changes, ['json_types'])],
  },
};
