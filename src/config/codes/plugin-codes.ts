import type { DiagnosticCode } from './diagnostic-code.ts';

/** Findings about plugins and their configs. */
export const pluginCodes: Readonly<Record<string, DiagnosticCode>> = {
  'plugin/unknown': {
    severity: 'error',
    title: 'a plugin that does not exist',
    explanation: 'Neither gw nor Kong has a plugin of this name.',
    bad: '- name: openid-conect',
    good: '- name: openid-connect',
  },
  'plugin/not-run': {
    severity: 'warning',
    title: 'a plugin that gw does not run yet',
    explanation: 'Kong has this plugin, gw does not. It is accepted with any config and has no effect.',
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
