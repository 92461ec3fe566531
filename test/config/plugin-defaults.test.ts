import t from 'tap';
import { loadConfig } from '../../src/config/load-config.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

function configOf(plugin: string, config: string): JsonObject | undefined {
  const text = `_format_version: "3.0"\nplugins:\n- name: ${plugin}\n  config: ${config}\n`;
  return loadConfig([{ name: 'kong.yml', text }], { catalog: pluginCatalog, now: 0 }).entities?.plugins[0]?.config;
}

t.test('defaults are filled in at every level, and what has none is null', (t) => {
  t.match(configOf('rate-limiting', '{minute: 5, redis: {host: a.example}}'), {
    minute: 5,
    hour: null,
    policy: 'local',
    redis: { host: 'a.example', port: 6379, password: null, cloud_authentication: { aws_is_serverless: true } },
  });
  t.match(configOf('datadog', '{metrics: [{name: latency, stat_type: timer}]}'), {
    metrics: [{ name: 'latency', stat_type: 'timer', sample_rate: null, tags: null }],
    queue: { max_batch_size: 1 },
  });
  t.match(configOf('response-ratelimiting', '{limits: {video: {minute: 5}}}'), {
    limits: { video: { minute: 5, hour: null } },
  });
  t.end();
});

t.test('the config of a partial has its defaults, too, and values under old names at their places', (t) => {
  const text =
    '_format_version: "3.0"\npartials:\n- {name: a, type: redis-ee, config: {host: a.example, timeout: 5}}\n';
  const { entities } = loadConfig([{ name: 'kong.yml', text }], { catalog: pluginCatalog, now: 0 });
  const [partial] = entities?.others.partials ?? [];
  t.match(partial?.config, { host: 'a.example', port: 6379, connect_timeout: 5, read_timeout: 5, password: null });
  t.end();
});

t.test('a record that cannot be complete on its own stays away', (t) => {
  t.equal(configOf('acme', '{account_email: a@b.example, tos_accepted: true}')?.account_key, null);
  t.end();
});

t.test('an explicit null stays null', (t) => {
  t.equal(configOf('rate-limiting', '{minute: 5, error_message: null}')?.error_message, null);
  t.end();
});

t.test('values under old names are found under the new ones', (t) => {
  const limiting = configOf('rate-limiting', '{minute: 5, policy: redis, redis_host: a.example, redis: {port: 7000}}');
  t.match(limiting, { redis: { host: 'a.example', port: 7000, timeout: 2000 } });
  t.notOk(Object.hasOwn(limiting ?? {}, 'redis_host'));
  t.match(configOf('session', '{cookie_samesite: "off", cookie_idletime: 60}'), {
    cookie_same_site: 'Lax',
    idling_timeout: 60,
  });
  t.match(
    configOf('proxy-cache-advanced', '{strategy: redis, redis: {timeout: 100, cluster_addresses: ["a.example:7000"]}}'),
    {
      redis: {
        connect_timeout: 100,
        read_timeout: 100,
        send_timeout: 100,
        cluster_nodes: [{ ip: 'a.example', port: 7000 }],
      },
    },
  );
  t.end();
});

t.test('a plugin runs with the protocols that Kong gives it', (t) => {
  const text = '_format_version: "3.0"\nplugins: [{name: ip-restriction, config: {allow: [10.0.0.1]}}]\n';
  const { entities } = loadConfig([{ name: 'kong.yml', text }], { catalog: pluginCatalog, now: 0 });
  t.strictSame(entities?.plugins[0]?.protocols, ['grpc', 'grpcs', 'http', 'https', 'tcp', 'tls']);
  t.end();
});
