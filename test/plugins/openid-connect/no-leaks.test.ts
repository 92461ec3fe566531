import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import t from 'tap';
import { stringify } from 'yaml';
import { AdminServer } from '../../../src/admin/server.ts';
import { formatIssuers } from '../../../src/cli/formats/issuers-text.ts';
import type { JsonValue } from '../../../src/lib/json.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { pluginCatalog } from '../../../src/plugins/registry.ts';
import { ConfigManager } from '../../../src/runtime/config-manager.ts';
import { EntityWriter } from '../../../src/runtime/entity-writer.ts';
import { Gateway } from '../../../src/runtime/gateway.ts';
import { EchoingIdp, type EchoingMode } from '../../support/echoing-idp.ts';
import { ForwardProxy } from '../../support/forward-proxy.ts';
import { captureLog } from '../../support/gateway.ts';
import { type Answer, send } from '../../support/http.ts';
import { type Captured, findLeaks } from '../../support/leak-search.ts';
import {
  type Call,
  callersOwn,
  callsFor,
  pick,
  pluginConfigs,
  type SecretName,
  secrets,
} from '../../support/leaky-traffic.ts';
import { startUpstream } from '../../support/upstream.ts';

t.test('the search finds a secret in each of its forms, at each alignment', (t) => {
  const value = 'ma+rk/er=&%"ü1';
  const forms: readonly string[] = [
    value,
    JSON.stringify({ value }),
    ...['', 'x', 'xy'].map((before) => Buffer.from(`${before}${value}:tail`).toString('base64')),
    ...['', 'x', 'xy'].map((before) => Buffer.from(`${before}${value}:tail`).toString('base64url')),
    encodeURIComponent(value),
    new URLSearchParams({ value }).toString(),
    Buffer.from(value).toString('hex'),
  ];
  for (const text of forms) t.equal(findLeaks([{ where: 'x', text }], [{ name: 'it', value }]).length, 1, text);
  t.strictSame(findLeaks([{ where: 'x', text: 'nothing' }], [{ name: 'it', value }]), []);
  t.end();
});

function configText(upstream: string, configs: Record<string, Record<string, unknown>>): string {
  const services = Object.entries(configs).map(([name, config]) => ({
    ...{ name, url: `${upstream}/anything`, routes: [{ name, paths: [`/${name}`] }] },
    plugins: [{ name: 'openid-connect', config }],
  }));
  return stringify({ _format_version: '3.0', services });
}

const modes: readonly EchoingMode[] = [
  ...(['error', 'error-code', 'page', 'garbage', 'redirect', 'reset', 'inactive', 'good', 'good'] as const),
];

/** All that a GET of the Admin API shows, collections, entities and caches included. */
async function crawl(url: string): Promise<Captured[]> {
  const get = (path: string): Promise<Answer> =>
    send(`${url}${path}`, { headers: { 'kong-admin-token': secrets['admin token'] } });
  const paths = ((await get('/endpoints')).json().data as string[]).filter((path) => !path.includes('{'));
  const queue = [...paths, '/plugins?size=1000'];
  const captured: Captured[] = [];
  const known = new Set(queue);
  for (const path of queue) {
    const answer = await get(path);
    captured.push({ where: `GET ${path}`, text: JSON.stringify(answer.headers) + answer.text });
    const rows = answer.text.startsWith('{"data"')
      ? ((answer.json().data ?? []) as { id?: string; name?: string }[])
      : [];
    for (const { id, name } of rows) {
      const one = `${path.split('?')[0] ?? ''}/${id ?? name ?? ''}`;
      if (!known.has(one) && one.split('/').length <= 4) queue.push(one);
      known.add(one);
    }
  }
  return captured;
}

t.test(
  'no secret is in a log, an error, the Admin API, gw issuers, a cache key or a store, whatever happens',
  async (t) => {
    const idp = await EchoingIdp.start();
    const upstream = await startUpstream();
    const proxy = await ForwardProxy.start();
    proxy.wanted = secrets['proxy authorization'];
    const log = captureLog('trace');
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const inlineKey = { ...(await exportJWK(privateKey)), kid: 'inline' };
    const storePath = join(mkdtempSync(join(tmpdir(), 'gw-leaks-')), 'cache');
    const gateway = await Gateway.create({
      ...{ catalog: pluginCatalog, log: log.log, cacheUrl: `file://${storePath}` },
      settings: { accessLog: true, authDebugHeader: true },
    });
    const config = new ConfigManager(gateway, [], { log: log.log, env: {} });
    const text = configText(upstream.url, pluginConfigs(idp.issuer, inlineKey, proxy.url));
    const outcome = config.loadText(text, 'kong.yml');
    t.equal(outcome.kind, 'applied', 'result' in outcome ? JSON.stringify(outcome.result.diagnostics) : '');
    const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
    const access = {
      token: new Secret(secrets['admin token']),
      allowedHosts: [],
    };
    const writer = new EntityWriter({ gateway, config, mode: 'off', log: log.log });
    const adminOptions = { gateway, config, writer, log: log.log, access, settings: {} };
    const admin = await AdminServer.listen({ host: '127.0.0.1', port: 0 }, adminOptions);

    const captured: Captured[] = [];
    const statuses = new Map<string, number>();
    const calls = await callsFor(idp, url);
    for (const mode of modes) {
      idp.mode = mode;
      const call = async ({ path, target = '', headers = {}, body }: Call): Promise<void> => {
        const method = body === undefined ? {} : { method: 'POST', body };
        const answer = await send(`${url}/${path}${target}`, { headers, ...method });
        const name = `${path} ${answer.status}`;
        statuses.set(name, (statuses.get(name) ?? 0) + 1);
        // The upstream of this test repeats what it got; what it got is looked at below.
        const said = answer.status === 200 ? '' : answer.text;
        captured.push({ where: `${mode} ${name}`, text: JSON.stringify(answer.headers) + said });
      };
      await Promise.all(calls.map(call));
      if (mode !== 'good') await send(`${admin.address.url}/openid-connect/issuers`, adminDelete);
    }
    t.comment(JSON.stringify([...statuses].sort()));

    for (const text of brokenConfigs(idp.issuer)) {
      const answer = await send(`${admin.address.url}/config`, { method: 'POST', headers: adminHeaders, body: text });
      t.equal(answer.status, 400);
      captured.push({ where: 'POST /config', text: answer.text });
    }
    captured.push(...(await crawl(admin.address.url)));
    const issuers = captured.find(({ where }) => where === 'GET /openid-connect/issuers');
    const rows = JSON.parse(/\{"data".*$/.exec(issuers?.text ?? '')?.[0] ?? '{}') as { data: JsonValue[] };
    captured.push({ where: 'gw issuers', text: formatIssuers(rows.data, { color: false, now: Date.now() }) });
    const values: Captured[] = [];
    for (const namespace of Object.keys(gateway.cacheStats())) {
      for (const [key, entry] of gateway.host.cache(namespace).entries()) {
        captured.push({ where: `a key of the cache ${namespace}`, text: key });
        values.push({ where: `a value in the cache ${namespace}`, text: JSON.stringify(entry) });
      }
    }
    await admin.close();
    await gateway.drain(1000);
    await idp.close();
    await upstream.close();
    await proxy.close();
    captured.push({ where: 'the log', text: log.text() });
    captured.push({ where: 'the file of the cache', text: readFileSync(storePath, 'utf8') });

    const own = { name: 'inline key', value: inlineKey.d ?? '' };
    const markers = [...pick(Object.keys(secrets) as SecretName[]), own, ...idp.markers];
    t.ok(proxy.requests.length > 10, 'proxies were asked');
    t.ok(idp.markers.length > 60, `${idp.markers.length} tokens and proofs were on the wire`);
    const known = findLeaks(captured, [{ name: 'client id', value: 'service' }]).join();
    for (const where of ['the log', 'GET /status']) t.match(known, where, 'what may be seen is seen');
    t.strictSame(findLeaks(captured, markers), []);
    t.strictSame(
      findLeaks(values, [...pick(callersOwn), own]),
      [],
      'caches hold tokens, never what they were got with',
    );
    const seen = upstream.requests.map(({ url: target, headers }) => ({
      where: `upstream ${target}`,
      text: target + JSON.stringify(headers),
    }));
    t.strictSame(findLeaks(seen, [...pick(callersOwn), own]), [], 'the upstream gets no credential but the token');
  },
);

const adminHeaders = { 'kong-admin-token': secrets['admin token'], 'content-type': 'application/yaml' };
const adminDelete = { method: 'DELETE', headers: { 'kong-admin-token': secrets['admin token'] } };

/** Secrets where their type is wrong, so that what is wrong has to be said. */
function brokenConfigs(issuer: string): string[] {
  const wrong: readonly Record<string, unknown>[] = [
    { client_secret: secrets['own client secret'], cache_tokens_salt: [secrets.salt] },
    { client_secret: { x: secrets['own client secret'] }, session_secret: { [secrets['session secret']]: 1 } },
    { client_id: ['a'], client_secret: ['x', secrets['own client secret']], client_jwk: [secrets.password] },
    { discovery_headers_names: ['a'], discovery_headers_values: ['b', secrets['discovery header']] },
  ];
  return wrong.map((config) =>
    stringify({ _format_version: '3.0', plugins: [{ name: 'openid-connect', config: { issuer, ...config } }] }),
  );
}
