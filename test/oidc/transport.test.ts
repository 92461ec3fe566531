import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import t from 'tap';
import { Secret } from '../../src/lib/secret.ts';
import { ClientTls } from '../../src/oidc/client-tls.ts';
import { ProviderHttp } from '../../src/oidc/provider-http.ts';
import { directTransport, proxyFor, type TransportSettings } from '../../src/oidc/transport.ts';
import { selfSignedPair } from '../support/certificates.ts';
import { ForwardProxy } from '../support/forward-proxy.ts';

const options = { headers: [], timeoutMs: 5000, sslVerify: false };
const identity = selfSignedPair('client.example');
const root = new ProviderHttp();
let proxy: ForwardProxy;
let plain: Server;
let secure: Server;
/** Connections that the plain provider got. */
let reached = 0;

t.before(async () => {
  proxy = await ForwardProxy.start();
  plain = createServer((request, response) => {
    request.resume();
    response.end(JSON.stringify({ url: request.url, seen: request.headers }));
  });
  plain.on('connection', () => {
    reached += 1;
  });
  const { cert, key } = selfSignedPair('127.0.0.1');
  secure = createTlsServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    if (!(request.socket instanceof TLSSocket)) throw new TypeError('not a TLS connection');
    const names = request.socket.getPeerCertificate().subjectaltname ?? 'nobody';
    response.end(JSON.stringify({ url: request.url, seen: request.headers, names }));
  });
  for (const server of [plain, secure]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
});

t.beforeEach(() => {
  proxy.wanted = null;
  proxy.requests.length = 0;
  proxy.connections = 0;
  reached = 0;
});

t.teardown(async () => {
  await root.close();
  await proxy.close();
  for (const server of [plain, secure]) {
    server.closeAllConnections();
    server.close();
  }
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function through(settings: Partial<TransportSettings>): ProviderHttp {
  return root.through({ ...directTransport, ...settings });
}

t.test('an https URL is reached through a tunnel of https_proxy, which sees none of it', async (t) => {
  proxy.wanted = 'Basic Zm9vOmJhcg==';
  const http = through({ httpsProxy: { url: proxy.url, authorization: new Secret('Basic Zm9vOmJhcg==') } });
  const url = `https://127.0.0.1:${portOf(secure)}/jwks?a=1`;
  const answer = await http.getDocument(url, options);
  t.equal(answer.status, 200);
  t.match(JSON.parse(answer.text), { url: '/jwks?a=1', seen: { host: `127.0.0.1:${portOf(secure)}` } });
  t.notMatch(answer.text, /proxy-authorization/i, 'the provider sees no password of the proxy');
  t.same(proxy.requests, [
    { method: 'CONNECT', target: `127.0.0.1:${portOf(secure)}`, authorization: 'Basic Zm9vOmJhcg==' },
  ]);
  http.release();
});

t.test('the provider is checked inside the tunnel, and sees the client certificate', async (t) => {
  const http = through({ httpsProxy: { url: proxy.url, authorization: null } });
  const url = `https://127.0.0.1:${portOf(secure)}/token`;
  await t.rejects(http.postForm(url, [], { ...options, sslVerify: true }), {
    code: 'ERR_IDP_UNAVAILABLE',
    reason: 'TLS failure',
  });
  const tls = new ClientTls(identity.cert, new Secret(identity.key), false);
  http.clientAgents.retain(tls);
  const answer = await http.postForm(url, [['a', 'b']], { ...options, tls });
  t.match(JSON.parse(answer.text), { names: /client\.example/ });
  t.match(JSON.parse((await http.postForm(url, [], options)).text), { names: 'nobody' }, 'only who has one shows it');
  http.clientAgents.release(tls);
  http.release();
});

t.test('a plain http URL goes to http_proxy whole, and to no other', async (t) => {
  const url = `http://127.0.0.1:${portOf(plain)}/token?a=1`;
  const authorization = `Basic ${Buffer.from('foo:bar').toString('base64')}`;
  const http = through({ httpProxy: { url: proxy.url.replace('//', '//foo:bar@'), authorization: null } });
  const answer = await http.postForm(url, [['grant_type', 'x']], options);
  t.match(JSON.parse(answer.text), { url: '/token?a=1' });
  t.same(proxy.requests, [{ method: 'POST', target: url, authorization }]);
  const other = through({ httpsProxy: { url: proxy.url, authorization: null } });
  t.equal((await other.getDocument(url, options)).status, 200);
  t.equal(proxy.requests.length, 1, 'https_proxy is for https');
  http.release();
  other.release();
});

t.test(
  'a proxy that wants another password, or is not there, is a fault of the way and not of the caller',
  async (t) => {
    const plainUrl = `http://127.0.0.1:${portOf(plain)}/`;
    const secureUrl = `https://127.0.0.1:${portOf(secure)}/`;
    proxy.wanted = 'Basic other';
    const way = { url: proxy.url, authorization: new Secret('Basic secret') };
    const http = through({ httpProxy: way, httpsProxy: way });
    for (const url of [plainUrl, secureUrl]) {
      const failed = http.postForm(url, [], options);
      await t.rejects(failed, { code: 'ERR_IDP_UNAVAILABLE', reason: 'refused by proxy' }, url);
      const message = await failed.catch((error: unknown) => String(error));
      t.match(message, `through "${proxy.url}/"`);
      t.notMatch(message, /secret/);
    }
    const nowhere = { url: 'http://user:hidden@127.0.0.1:1', authorization: null };
    const gone = through({ httpProxy: nowhere, httpsProxy: nowhere });
    for (const url of [plainUrl, secureUrl]) {
      const failed = gone.postForm(url, [], options);
      await t.rejects(failed, { code: 'ERR_IDP_UNAVAILABLE', reason: 'connection refused' }, url);
      t.notMatch(await failed.catch((error: unknown) => String(error)), /hidden/);
    }
    const wrong = through({ httpProxy: { url: 'socks5://127.0.0.1:1', authorization: null } });
    await t.rejects(wrong.postForm(plainUrl, [], options), { code: 'ERR_IDP_CONFIG' });
    for (const used of [http, gone, wrong]) used.release();
  },
);

t.test('a proxy that says nothing ends at the time-out', async (t) => {
  const sockets: Duplex[] = [];
  const silent = createServer().on('connect', (_request, socket: Duplex) => sockets.push(socket));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const http = through({ httpsProxy: { url: `http://127.0.0.1:${portOf(silent)}`, authorization: null } });
  const url = `https://127.0.0.1:${portOf(secure)}/`;
  await t.rejects(http.getDocument(url, { ...options, timeoutMs: 100 }), {
    code: 'ERR_IDP_UNAVAILABLE',
    reason: 'timed out',
  });
  http.release();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

t.test('connections are kept for the next call unless keepalive is off', async (t) => {
  const url = `http://127.0.0.1:${portOf(plain)}/`;
  const once = through({ keepsAlive: false });
  for (const expected of [1, 2, 3]) {
    await once.getDocument(url, options);
    t.equal(reached, expected);
  }
  await root.getDocument(url, options);
  await root.getDocument(url, options);
  reached = 0;
  await root.getDocument(url, options);
  await root.getDocument(url, options);
  t.equal(reached, 0);
  once.release();
});

t.test('connections of equal transports are shared, and closed when nobody uses them any more', async (t) => {
  const way = { httpProxy: { url: proxy.url, authorization: null } };
  const [one, two] = [through(way), through(way)];
  const url = `http://127.0.0.1:${portOf(plain)}/`;
  await one.getDocument(url, options);
  await one.getDocument(url, options);
  const opened = proxy.connections;
  await two.getDocument(url, options);
  one.release();
  await two.getDocument(url, options);
  t.equal(proxy.connections, opened);
  two.release();
  const three = through(way);
  await three.getDocument(url, options);
  t.equal(proxy.connections, opened + 1);
  three.release();
});

t.test('no_proxy names hosts, with their subdomains, that are called directly', (t) => {
  const way = { url: 'http://proxy', authorization: null };
  const settings = { ...directTransport, httpProxy: way, httpsProxy: way };
  const isProxied = (host: string, noProxy: readonly string[]): boolean =>
    proxyFor(new URL(`https://${host}/`), { ...settings, noProxy }) !== null;
  t.ok(isProxied('idp.example', []));
  t.notOk(isProxied('idp.example', ['idp.example']));
  t.notOk(isProxied('a.idp.example:8443', ['other', 'example']));
  t.notOk(isProxied('IDP.example', ['idp.example']));
  t.ok(isProxied('notidp.example', ['idp.example']));
  t.notOk(isProxied('10.0.0.1', ['10.0.0.1']));
  t.notOk(isProxied('idp.example', ['*']));
  t.end();
});
