import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, get } from 'node:https';
import t from 'tap';
import type { PluginDefinition } from '../../src/pdk/plugin.ts';
import { defaultSettings } from '../../src/runtime/settings.ts';
import { selfSignedPair } from '../support/certificates.ts';
import { entities, plugin, route, service } from '../support/entities.ts';
import { startGateway } from '../support/gateway.ts';
import { send } from '../support/http.ts';

/** Answers what plugins see of the connection and of the URL. */
const mirror: PluginDefinition = {
  name: 'mirror',
  version: '1.0.0',
  priority: 1,
  protocols: ['http', 'https'],
  schema: { type: 'object' },
  wantsClientCertificate: () => true,
  create: () => ({
    access: (exchange) => {
      const { clientCertificate, publicUrl, isFromTrusted } = exchange.request;
      exchange.exit(200, { certificate: clientCertificate?.toString('base64') ?? null, publicUrl, isFromTrusted });
    },
  }),
};

const config = entities({ routes: [route(service('http://127.0.0.1:9'))], plugins: [plugin('mirror')] });
const alice = selfSignedPair('alice');
const der = new X509Certificate(alice.cert).raw.toString('base64');

async function overHttp1(port: number, agent: Agent): Promise<Record<string, unknown>> {
  const call = get({ host: '127.0.0.1', port, path: '/a?b', headers: { host: 'a.test' }, agent });
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return JSON.parse(await textOf(answer)) as Record<string, unknown>;
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

void t.test('plugins see the certificate of the client on every request of its connection', async (t) => {
  const running = await startGateway(config, { plugins: [mirror] });
  t.teardown(() => running.close());
  const { port, url } = await running.gateway.listen({ host: '127.0.0.1', port: 0, isTls: true, isHttp2: true });

  const shown = new Agent({ ...alice, rejectUnauthorized: false, keepAlive: true, maxSockets: 1 });
  const hidden = new Agent({ rejectUnauthorized: false });
  t.teardown(() => {
    shown.destroy();
    hidden.destroy();
  });
  for (let turn = 0; turn < 2; turn++) t.match(await overHttp1(port, shown), { certificate: der });
  // A new connection that resumes the TLS session has no handshake with certificates of its own.
  shown.destroy();
  t.match(await overHttp1(port, shown), { certificate: der, publicUrl: 'https://a.test/a' });
  t.match(await overHttp1(port, hidden), { certificate: null });

  const session = connectHttp2(url, { ...alice, rejectUnauthorized: false });
  t.teardown(() => session.close());
  for (let turn = 0; turn < 2; turn++) {
    const answer = JSON.parse(await textOf(session.request({ ':path': '/h2' }))) as Record<string, unknown>;
    t.match(answer, { certificate: der, publicUrl: `${url}/h2` });
  }
  t.match((await send(running.url)).json(), { certificate: null }, 'without TLS there is none');
});

void t.test('the public URL is what a trusted peer says of it, and nobody else', async (t) => {
  const said = {
    host: 'inner:8000',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'api.example',
    'x-forwarded-port': '8443',
    'x-forwarded-prefix': '/shop/',
  };
  for (const [trustedIps, headers, expected] of [
    [[], said, 'http://inner:8000/a%41'],
    [['127.0.0.1'], said, 'https://api.example:8443/shop/a%41'],
    [['127.0.0.1'], { ...said, 'x-forwarded-path': '/all' }, 'https://api.example:8443/all'],
    [['127.0.0.1'], { host: 'api.example:9443', 'x-forwarded-port': '1' }, 'http://api.example:9443/a%41'],
    [['127.0.0.1'], { host: 'api.example', x_forwarded_host: 'evil' }, 'http://api.example/a%41'],
  ] as const) {
    const running = await startGateway(config, { plugins: [mirror], settings: { ...defaultSettings, trustedIps } });
    const answer = await send(`${running.url}/a%41?x=1`, { headers });
    t.match(answer.json(), { publicUrl: expected, isFromTrusted: trustedIps.length > 0 });
    await running.close();
  }
});
