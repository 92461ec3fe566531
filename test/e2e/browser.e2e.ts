import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { Secret } from '../../src/lib/secret.ts';
import { type AdminApi, startAdminApi } from '../support/admin-api.ts';
import { findChromium, openPage } from '../support/chromium.ts';
import { allowedPage, hostilePage, reboundPage } from './browser-pages.ts';

const chromium = findChromium();
if (chromium === null) console.error('!!! no chromium here: what web pages can do to the Admin API is not tested');
const options = chromium === null ? { skip: 'no chromium' } : {};

const config = `_format_version: "3.0"
services:
- name: secret
  host: inside.test
`;

type Tap = Pick<typeof t, 'teardown'>;
/** What each attempt of a page came to. */
type Report = Readonly<Record<string, string>>;

/** A web server that has one page and takes its report. */
async function servePage(t: Tap): Promise<{ port: number; report: Promise<Report>; show: (html: string) => void }> {
  let html = '';
  let take: (report: Report) => void = () => undefined;
  const report = new Promise<Report>((resolve) => (take = resolve));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('connection', 'close');
    if (request.url === '/report') take(JSON.parse(await text(request)) as Report);
    response.setHeader('content-type', 'text/html').end(request.url === '/' ? html : '');
  };
  const server = createServer((request, response) => void answer(request, response));
  const port = await listen(t, server);
  return { port, report, show: (content) => (html = content) };
}

async function listen(t: Tap, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Opens a page and waits for what it reports. */
async function visit(t: Tap, url: string, report: Promise<Report>): Promise<Report> {
  const close = openPage(chromium ?? '', url);
  t.teardown(close);
  const found = await report;
  await close();
  return found;
}

/** The services there are, and the config as a whole. */
async function state({ ask, gateway }: AdminApi): Promise<unknown> {
  const { rows } = await ask('GET', '/services');
  return { names: rows.map(({ name }) => name), hash: gateway.snapshot.hash };
}

t.test('a page of another origin can neither read nor write', options, async (t) => {
  const admin = await startAdminApi(t, { config });
  const before = await state(admin);
  const web = await servePage(t);
  web.show(hostilePage(admin.url));
  const report = await visit(t, `http://evil.test:${web.port}/`, web.report);
  t.comment(JSON.stringify(report));
  t.equal(Object.keys(report).length, 19);
  for (const [attempt, outcome] of Object.entries(report)) {
    t.notMatch(outcome, /inside\.test|"data"|created_at|^open$|^threw|no answer/, attempt);
  }
  for (const attempt of [
    'fetch',
    'fetch with credentials',
    'form by fetch',
    'PUT',
    'PATCH',
    'DELETE',
    'sandboxed frame',
  ]) {
    t.equal(report[attempt], 'refused', attempt);
  }
  t.same(await state(admin), before, 'nothing was changed');
  const written = admin.log.lines().filter(({ name }) => name === 'audit');
  t.same(written, [], 'no write was accepted');
});

t.test('a name that is made to lead to this machine afterwards is not let in', options, async (t) => {
  const admin = await startAdminApi(t, { config });
  const before = await state(admin);
  const web = await servePage(t);
  let isRebound = false;
  const adminPort = Number(new URL(admin.url).port);
  // What DNS does: the same name and port lead elsewhere from some connection on.
  const name = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      const target = connect(isRebound ? adminPort : web.port, '127.0.0.1');
      target.on('error', () => socket.destroy());
      if (head.toString('latin1').startsWith('GET /rebind ')) isRebound = true;
      target.write(head);
      socket.pipe(target).pipe(socket);
    });
  });
  const port = await listen(t, name);
  web.show(reboundPage(`http://evil.test:${web.port}/report`));
  const report = await visit(t, `http://rebound.test:${port}/`, web.report);
  t.comment(JSON.stringify(report));
  const refused = /^403 \{"message":"[^"]*"\}$/;
  t.equal(report.rebind, '200 ', 'the page was still the other server');
  t.match(report, { fetch: refused, form: refused, PUT: refused });
  t.notMatch(report.frame, /inside\.test|"data"/);
  t.same(await state(admin), before, 'nothing was changed');
});

t.test('a page of an allowed origin reads and writes, with the token', options, async (t) => {
  const web = await servePage(t);
  const token = 's3cret';
  const allowedOrigins = [`http://manager.test:${web.port}`];
  const admin = await startAdminApi(t, { config, access: { token: new Secret(token), allowedOrigins } });
  web.show(allowedPage(admin.url, token));
  const report = await visit(t, `http://manager.test:${web.port}/`, web.report);
  t.comment(JSON.stringify(report));
  t.equal(report['without the token'], '401 {"message":"Unauthorized"}');
  t.match(report.PUT, /^200 \{.*"name":"by-page"/);
  t.match(report.fetch, /^200 \{.*"name":"by-page"/);
});
