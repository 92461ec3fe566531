import { type Draft, listOf, textOf } from '../../config/draft.ts';
import { topLevel } from '../../config/format.ts';
import { isJsonObject, type JsonValue } from '../../lib/json.ts';
import { isSet, type LintContext, nameOf } from '../context.ts';
import { claimPlugins } from '../plugin-kinds.ts';
import type { LintRule } from '../rule.ts';

const credentialKinds = [
  ...(['acls', 'keyauth_credentials', 'keyauth_enc_credentials', 'basicauth_credentials'] as const),
  ...(['hmacauth_credentials', 'jwt_secrets', 'mtls_auth_credentials', 'oauth2_credentials'] as const),
];

/** A consumer that nobody can be. */
export const unusedConsumer: LintRule = {
  name: 'unused-consumer',
  severity: 'warning',
  title: 'a consumer that no request can become',
  explanation:
    'This consumer has no credentials, no plugins and no group, and no plugin in the files knows consumers by claims ' +
    'or certificates (such as "openid-connect"). No request is ever taken for it.',
  bad: `consumers:
- username: alice`,
  good: `consumers:
- username: alice
  keyauth_credentials:
  - key: "{vault://env/alice-key}"`,
  check(context, report) {
    if (context.plugins.some(({ name }) => claimPlugins.has(name))) return;
    const used = new Set<Draft | null>();
    for (const kind of [...credentialKinds, 'consumer_group_consumers' as const]) {
      for (const draft of context.all(kind)) used.add(context.owner(draft, 'consumer'));
    }
    const names = textsInPluginConfigs(context);
    for (const consumer of context.all('consumers')) {
      const own = [textOf(consumer.fields.username), textOf(consumer.fields.id)];
      const isNamed = own.some((name) => name !== null && names.has(name));
      if (used.has(consumer) || isNamed || context.pluginsOf(consumer).length > 0) continue;
      if (isSet(consumer.fields, 'groups')) continue;
      report({ place: consumer, message: `no request can become ${nameOf(consumer)}: it has no credentials` });
    }
  },
};

/** A group without members or without effect. */
export const unusedConsumerGroup: LintRule = {
  name: 'unused-consumer-group',
  severity: 'info',
  title: 'a consumer group without members or without plugins',
  explanation:
    'A consumer group gives its members plugins of their own. Without members or without plugins it changes nothing. ' +
    'Members may also come from claims, so files with a plugin such as "openid-connect" are judged by plugins alone.',
  bad: `consumer_groups:
- name: gold`,
  good: `consumer_groups:
- name: gold
  plugins:
  - name: rate-limiting
    config: { minute: 600, policy: local }
consumers:
- username: alice
  groups:
  - name: gold
  keyauth_credentials:
  - key: "{vault://env/alice-key}"`,
  check(context, report) {
    const members = new Set<Draft | null>();
    const plugged = new Set<Draft | null>(context.plugins.map(({ group }) => group));
    for (const draft of context.all('consumer_group_consumers')) members.add(context.owner(draft, 'consumer_group'));
    for (const draft of context.all('consumer_group_plugins')) plugged.add(context.owner(draft, 'consumer_group'));
    const hasClaims = context.plugins.some(({ name }) => claimPlugins.has(name));
    const names = textsInPluginConfigs(context);
    for (const group of context.all('consumer_groups')) {
      const name = textOf(group.fields.name);
      if (name !== null && names.has(name)) continue;
      const lacks = [
        ...(hasClaims || members.has(group) ? [] : ['members']),
        ...(plugged.has(group) ? [] : ['plugins']),
      ];
      if (lacks.length === 0) continue;
      report({ place: group, message: `${nameOf(group)} changes nothing: it has no ${lacks.join(' and no ')}` });
    }
  },
};

/** A certificate that nobody is shown. */
export const unusedCertificate: LintRule = {
  name: 'unused-certificate',
  severity: 'warning',
  title: 'a certificate that nothing uses',
  explanation:
    'A certificate is used when it has SNIs, or when a service, an upstream or the config of a plugin names it as ' +
    'client certificate. This one is not.',
  bad: `certificates:
- id: 7d3a3a38-0b3e-4a5c-8f3c-0a5b8a2f1c11
  cert: "{vault://env/tls-cert}"
  key: "{vault://env/tls-key}"`,
  good: `certificates:
- id: 7d3a3a38-0b3e-4a5c-8f3c-0a5b8a2f1c11
  cert: "{vault://env/tls-cert}"
  key: "{vault://env/tls-key}"
  snis:
  - name: orders.example.com`,
  check(context, report) {
    const used = new Set<Draft | null>(context.all('snis').map((sni) => context.owner(sni, 'certificate')));
    for (const kind of ['services', 'upstreams'] as const) {
      for (const draft of context.all(kind)) used.add(context.owner(draft, 'client_certificate'));
    }
    const texts = textsInPluginConfigs(context);
    for (const certificate of context.all('certificates')) {
      if (used.has(certificate) || texts.has(context.idOf(certificate))) continue;
      const message = 'this certificate is not used: it has no SNIs, and no service or upstream names it';
      report({ place: certificate, message, hint: 'add "snis", or remove it' });
    }
  },
};

/** A CA that nobody trusts. */
export const unusedCaCertificate: LintRule = {
  name: 'unused-ca-certificate',
  severity: 'info',
  title: 'a CA certificate that nothing uses',
  explanation:
    'A CA certificate is used when "ca_certificates" of a service or of a plugin such as "mtls-auth" names its id. ' +
    'This one is not.',
  bad: `ca_certificates:
- id: 7d3a3a38-0b3e-4a5c-8f3c-0a5b8a2f1c12
  cert: "{vault://env/ca-cert}"`,
  good: `ca_certificates:
- id: 7d3a3a38-0b3e-4a5c-8f3c-0a5b8a2f1c12
  cert: "{vault://env/ca-cert}"
services:
- name: orders
  protocol: https
  host: orders.internal
  port: 443
  ca_certificates: [7d3a3a38-0b3e-4a5c-8f3c-0a5b8a2f1c12]
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    const texts = new Set(textsInPluginConfigs(context));
    for (const { fields } of context.all('services')) collectTexts(fields.ca_certificates, texts);
    for (const { fields } of context.all('mtls_auth_credentials')) collectTexts(fields.ca_certificate, texts);
    for (const certificate of context.all('ca_certificates')) {
      if (texts.has(context.idOf(certificate))) continue;
      report({ place: certificate, message: 'this CA certificate is not used: no service and no plugin names it' });
    }
  },
};

/** A shared piece of configuration that no plugin shares. */
export const unusedPartial: LintRule = {
  name: 'unused-partial',
  severity: 'info',
  title: 'a partial that no plugin uses',
  explanation: 'A partial holds a part of plugin configs; plugins name it in "partials". No plugin names this one.',
  bad: `partials:
- name: shared-redis
  type: redis-ce
  config: { host: redis.internal }`,
  good: `partials:
- name: shared-redis
  type: redis-ce
  config: { host: redis.internal }
plugins:
- name: rate-limiting
  config: { minute: 60, policy: redis }
  partials:
  - name: shared-redis`,
  check(context, report) {
    const used = new Set<string>();
    for (const { draft } of context.plugins) collectTexts(draft.fields.partials, used);
    for (const partial of context.all('partials')) {
      const names = [textOf(partial.fields.name), context.idOf(partial)];
      if (names.some((name) => name !== null && used.has(name))) continue;
      report({ place: partial, message: `no plugin uses ${nameOf(partial)}` });
    }
  },
};

/** A named plugin config that no plugin is based on. */
export const unusedPluginConfig: LintRule = {
  name: 'unused-plugin-config',
  severity: 'warning',
  title: 'an entry of "_plugin_configs" that no plugin uses',
  explanation:
    'decK puts an entry of "_plugin_configs" into plugins that name it in "_config". No plugin names this one.',
  bad: `_plugin_configs:
  limits:
    minute: 60
    policy: local`,
  good: `_plugin_configs:
  limits:
    minute: 60
    policy: local
plugins:
- name: rate-limiting
  _config: limits`,
  check(context, report) {
    const used = new Set(context.plugins.map(({ draft }) => textOf(draft.fields._config)));
    for (const document of context.documents) {
      for (const name of Object.keys(topLevel(topLevel(document.value)._plugin_configs ?? null))) {
        if (used.has(name)) continue;
        const place = { document, path: ['_plugin_configs', name] };
        report({ place, at: 'key', message: `no plugin uses "${name}" of "_plugin_configs"` });
      }
    }
  },
};

/** Every text in the config of any plugin: what may name an entity there. */
function textsInPluginConfigs(context: LintContext): ReadonlySet<string> {
  const texts = new Set<string>();
  for (const { config } of context.plugins) collectTexts(config.value, texts);
  return texts;
}

function collectTexts(value: JsonValue | undefined, into: Set<string>): void {
  if (typeof value === 'string') into.add(value);
  for (const entry of listOf(value)) collectTexts(entry, into);
  if (isJsonObject(value)) for (const entry of Object.values(value)) collectTexts(entry, into);
}
