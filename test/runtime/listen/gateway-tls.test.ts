import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import t from 'tap';
import type { Certificate, Sni } from '../../../src/entities/certificate.ts';
import type { EntitySet } from '../../../src/entities/entity-set.ts';
import type { PluginDefinition } from '../../../src/pdk/plugin.ts';
import { CertificateError } from '../../../src/runtime/listen/certificate-table.ts';
import { ClientCertificateNames } from '../../../src/runtime/listen/client-certificate-names.ts';
import { defaultTlsPolicy, INTERMEDIATE_CIPHERS } from '../../../src/runtime/listen/tls-policy.ts';
import { defaultSettings } from '../../../src/runtime/settings.ts';
import { selfSignedPair, selfSignedRsaPair } from '../../support/certificates.ts';
import { entities, plugin, route, service } from '../../support/entities.ts';
import { startGateway } from '../../support/gateway.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { startUpstream } from '../../support/upstream.ts';

const when = { created_at: 0, updated_at: 0 };

function certified(pair: { cert: string; key: string }, name: string): { certificates: Certificate[]; snis: Sni[] } {
  const id = randomUUID();
  return {
    certificates: [{ id, ...pair, ...when }],
    snis: [{ id: randomUUID(), name, certificate: { id }, ...when }],
  };
}

/** The answer to a request over TLS by somebody who trusts one certificate only. */
async function fetchTrusting(port: number, ca: string): Promise<string> {
  const call = get({ host: '127.0.0.1', port, servername: 'a.test', headers: { host: 'a.test' }, ca, agent: false });
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  return text;
}

t.test(
  'a gateway serves the certificates of its config; a reload changes them, a bad one changes nothing',
  async (t) => {
    const upstream = await startUpstream();
    const target = service(`${upstream.url}/headers`);
    const config = (parts: Partial<EntitySet>): EntitySet =>
      entities({ services: [target], routes: [route(target)], ...parts });
    const [first, second] = [selfSignedPair('a.test'), selfSignedPair('a.test')];
    // At this level keys of RSA need 3072 bits.
    const tls = { ...defaultTlsPolicy, ciphers: `${INTERMEDIATE_CIPHERS}:@SECLEVEL=3` };
    const running = await startGateway(config(certified(first, 'a.test')), { settings: { tls } });
    t.teardown(() => Promise.all([running.close(), upstream.close()]));
    const { port, url } = await running.gateway.listen({ host: '127.0.0.1', port: 0, isTls: true, isHttp2: true });
    t.equal(url, `https://127.0.0.1:${port}`);
    t.match(await fetchTrusting(port, first.cert), /"X-Forwarded-Proto": ?"https"/);
    running.apply(config(certified(second, 'a.test')));
    t.match(await fetchTrusting(port, second.cert), 'X-Forwarded-Proto');
    await t.rejects(fetchTrusting(port, first.cert), /self.signed/);
    t.throws(() => running.apply(config(certified(selfSignedRsaPair('a.test'), 'a.test'))), {
      name: new CertificateError().name,
      message: /^certificate "[0-9a-f-]{36}" cannot be served: .*too small/,
    });
    t.match(await fetchTrusting(port, second.cert), 'X-Forwarded-Proto', 'the old one stays');
  },
);

t.test('a certificate that is a reference into a vault is left out, and the log says so', async (t) => {
  const reference = { cert: '{vault://env/cert}', key: '{vault://env/key}' };
  const running = await startGateway(entities(certified(reference, 'a.test')));
  t.teardown(() => running.close());
  t.match(
    running.log.lines().map(({ msg }) => msg),
    ['a certificate is not served: gw reads no vaults yet'],
  );
});

t.test('the PROXY protocol says who the caller is only where real_ip_header and trusted_ips say so', async (t) => {
  const upstream = await startUpstream();
  const target = service(`${upstream.url}/headers`);
  const config = entities({ services: [target], routes: [route(target)] });
  const address = { host: '127.0.0.1', port: 0, isProxyProtocol: true };
  t.teardown(() => upstream.close());
  for (const [settings, seen] of [
    [{ realIpHeader: 'proxy_protocol', trustedIps: ['127.0.0.0/8'] }, '192.0.2.7'],
    [{ realIpHeader: 'proxy_protocol', trustedIps: ['10.0.0.0/8'] }, '127.0.0.1'],
    [{ trustedIps: ['127.0.0.0/8'] }, '127.0.0.1'],
  ] as const) {
    const running = await startGateway(config, { settings: { ...defaultSettings, ...settings } });
    const { port } = await running.gateway.listen(address);
    const connection = await RawConnection.open(port);
    const line = 'PROXY TCP4 192.0.2.7 198.51.100.1 51000 443\r\n';
    const text = await connection.send(`${line}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`).rest();
    t.match(text, new RegExp(`"X-Real-Ip": ?"${seen.replaceAll('.', '\\.')}"`, 'i'), JSON.stringify(settings));
    await running.close();
  }
});

t.test(
  'plugins decide which server names are asked for a client certificate, by the snis of their routes',
  async (t) => {
    const target = service('http://127.0.0.1:9');
    const [named, wild, open] = [
      route(target, { snis: ['a.test'] }),
      route(target, { snis: ['*.b.test', 'c.*'] }),
      route(null),
    ];
    const routes = [named, wild, open];
    const asks = (fields: Parameters<typeof plugin>[1], name: string | null): boolean =>
      new ClientCertificateNames([plugin('mtls', fields)], (one) => {
        if (one.route === null && one.service === null) return null;
        return routes.filter((each) =>
          one.route === null ? each === named || each === wild : each.id === one.route.id,
        );
      }).has(name);
    t.equal(asks({ route: { id: named.id } }, 'a.test'), true);
    t.equal(asks({ route: { id: named.id } }, 'b.test'), false);
    t.equal(asks({ route: { id: named.id } }, null), false);
    for (const name of ['x.b.test', 'c.org', 'A.TEST']) t.equal(asks({ service: { id: target.id } }, name), true, name);
    t.equal(asks({ service: { id: target.id } }, 'd.test'), false);
    t.equal(asks({ route: { id: open.id } }, 'd.test'), true);
    t.equal(asks({}, null), true);

    const definition: PluginDefinition = {
      name: 'mtls',
      version: '1.0.0',
      priority: 1,
      protocols: ['https'],
      schema: { type: 'object' },
      wantsClientCertificate: () => true,
      create: () => ({}),
    };
    const global = entities({ plugins: [plugin('mtls')] });
    const running = await startGateway(global, { plugins: [definition] });
    t.teardown(() => running.close());
    t.equal(running.gateway.snapshot.wantsClientCertificate(null), true);
    running.apply(entities({ plugins: [plugin('mtls', { enabled: false })] }));
    t.equal(running.gateway.snapshot.wantsClientCertificate(null), false);
  },
);
