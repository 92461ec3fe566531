import type { FindingCode } from '../../pdk/finding-code.ts';

/** Findings about plugins and their configs. */
export const pluginCodes: Readonly<Record<string, FindingCode>> = {
  'plugin/unknown': {
    severity: 'error',
    title: 'a plugin that does not exist',
    explanation:
      'Neither gw nor Kong has a plugin of this name. A plugin of your own is accepted with --allow-plugin, or when Kong\'s setting "plugins" names it.',
    bad: '- name: openid-conect',
    good: '- name: openid-connect',
  },
  'plugin/not-run': {
    severity: 'warning',
    title: 'a plugin that gw does not run yet',
    explanation: 'Kong has this plugin, gw does not. Its config is checked as Kong would, but it has no effect.',
    bad: '- name: rate-limiting\n  config: {minute: 5}',
    good: '- name: openid-connect\n  config: {issuer: https://id.example}',
  },
  'plugin/unknown-key': {
    severity: 'error',
    title: 'a setting that the plugin does not have',
    explanation: 'Most often a typing mistake: the hint names the setting that is nearest.',
    bad: '- name: openid-connect\n  config: {isuer: https://id.example}',
    good: '- name: openid-connect\n  config: {issuer: https://id.example}',
  },
  'plugin/required': {
    severity: 'error',
    title: 'a setting is missing',
    explanation: 'The plugin cannot work without this setting, and it has no default.',
    bad: '- name: openid-connect',
    good: '- name: openid-connect\n  config: {issuer: https://id.example}',
  },
  'plugin/type': {
    severity: 'error',
    title: 'a setting of the wrong type',
    explanation: 'Types are strict, as in Kong.',
    bad: 'config: {issuer: https://id.example, scopes: openid}',
    good: 'config: {issuer: https://id.example, scopes: [openid]}',
  },
  'plugin/value': {
    severity: 'error',
    title: 'a setting with a value that is not allowed',
    explanation: 'The type is right, but the value is not one of those allowed, out of range or empty.',
    bad: 'config: {issuer: https://id.example, auth_methods: [client_credential]}',
    good: 'config: {issuer: https://id.example, auth_methods: [client_credentials]}',
  },
  'plugin/combination': {
    severity: 'error',
    title: 'settings that do not go together',
    explanation: 'Each setting is fine on its own, but the plugin refuses them together.',
    bad: '- name: acl\n  config: {allow: [staff], deny: [guests]}',
    good: '- name: acl\n  config: {allow: [staff]}',
  },
  'plugin/conflict': {
    severity: 'error',
    title: 'an old and a new setting that differ',
    explanation: 'The old name is still accepted in place of the new one, but both are there with different values.',
    bad: '- name: rate-limiting\n  config: {minute: 5, redis_host: a.example, redis: {host: b.example}}',
    good: '- name: rate-limiting\n  config: {minute: 5, redis: {host: b.example}}',
  },
  'plugin/deck': {
    severity: 'warning',
    title: 'a setting that decK refuses',
    explanation:
      'Kong takes the file as it is, but decK does not sync it: limits for groups of consumers belong to plugins of these groups.',
    bad: '- name: rate-limiting-advanced\n  config: {limit: [5], window_size: [60], sync_rate: -1, consumer_groups: [gold]}',
    good: 'consumer_groups:\n- name: gold\n  plugins:\n  - {name: rate-limiting-advanced, config: {limit: [5], window_size: [60], sync_rate: -1}}',
  },
  'plugin/deprecated': {
    severity: 'warning',
    title: 'a setting under an old name',
    explanation: 'Kong still accepts this setting and will remove it in version 4.0. The hint names the one to use.',
    bad: '- name: rate-limiting\n  config: {minute: 5, redis_host: redis.example}',
    good: '- name: rate-limiting\n  config: {minute: 5, redis: {host: redis.example}}',
  },
  'plugin/protocols': {
    severity: 'error',
    title: 'a protocol that the plugin does not run with',
    explanation: 'Each plugin knows the protocols it can work on; leave "protocols" out to get all of them.',
    bad: '- name: openid-connect\n  protocols: [tcp]',
    good: '- name: openid-connect\n  protocols: [https]',
  },
  'plugin/consumer': {
    severity: 'error',
    title: 'a plugin that cannot be attached to a consumer',
    explanation: 'Plugins that find out who is calling run before a consumer is known. Kong refuses this, too.',
    bad: '- {name: key-auth, consumer: bob}',
    good: '- {name: key-auth, service: orders}',
  },
  'plugin/scope': {
    severity: 'error',
    title: 'a plugin attached to what it cannot work on',
    explanation: 'Each plugin knows the kinds of entities it can be attached to; Kong refuses the others.',
    bad: '- {name: acme, service: orders, config: {account_email: ops@example.com}}',
    good: '- {name: acme, config: {account_email: ops@example.com}}',
  },
  'plugin/duplicate': {
    severity: 'error',
    title: 'a plugin configured twice in one place',
    explanation: 'Per service, route and consumer (or globally) a plugin is configured once; Kong refuses a second.',
    bad: 'plugins:\n- {name: openid-connect, config: {issuer: https://a.example}}\n- {name: openid-connect, config: {issuer: https://b.example}}',
    good: 'plugins:\n- {name: openid-connect, config: {issuer: https://a.example}}',
  },
  'plugin/duplicate-scope': {
    severity: 'warning',
    title: 'a plugin configured twice for one scope',
    explanation:
      'The same as plugin/duplicate, in a form that Kong does not notice: with ids of their own, or one nested and one at the top level. Only one of them takes effect.',
    bad: 'services:\n- name: orders\n  host: a.example\n  plugins: [{name: cors}]\nplugins:\n- {name: cors, service: orders}',
    good: 'services:\n- name: orders\n  host: a.example\n  plugins: [{name: cors}]',
  },
};
