import type { IncomingMessage } from 'node:http';
import t, { type Test } from 'tap';
import type { Exchange } from '../../src/pdk/exchange.ts';
import type { PluginDefinition } from '../../src/pdk/plugin.ts';
import { entities, plugin, route, service, target, upstream } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { send } from '../support/http.ts';
import { handlerUpstream, type SmallUpstream } from '../support/small-upstreams.ts';

interface Setup {
  readonly gw: RunningGateway;
  /** Who was asked, in order: `A` or `B`, the method, the Host and the body. */
  readonly asked: string[];
}

/** Two targets of which `failing` breaks off each request it has read. */
async function setUp(
  t: Test,
  options: { readonly hostPlugin?: boolean; readonly preserveHost?: boolean; readonly retries?: number } = {},
): Promise<Setup & { readonly ports: readonly [number, number] }> {
  const asked: string[] = [];
  const start = (name: string, isFailing: boolean): Promise<SmallUpstream> =>
    handlerUpstream((request, response) => {
      void note(name, request, asked).then(() => (isFailing ? request.socket.destroy() : response.end(name)));
    });
  const servers = [await start('A', true), await start('B', false)] as const;
  const pool = upstream('pool.test');
  const owner = service('http://pool.test', { retries: options.retries ?? 5 });
  const gw = await startGateway(
    entities({
      services: [owner],
      routes: [route(owner, { preserve_host: options.preserveHost ?? false })],
      upstreams: [pool],
      targets: servers.map(({ port }) => target(pool, `127.0.0.1:${port}`)),
      plugins: options.hostPlugin === true ? [plugin('own-host')] : [],
    }),
    { plugins: [ownHost] },
  );
  t.teardown(async () => {
    await gw.close();
    await Promise.all(servers.map((server) => server.close()));
  });
  return { gw, asked, ports: [servers[0].port, servers[1].port] };
}

async function note(name: string, request: IncomingMessage, asked: string[]): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  asked.push([name, request.method, request.headers.host, body].join(' ').trim());
}

const ownHost: PluginDefinition = {
  name: 'own-host',
  version: '1.0.0',
  priority: 1,
  protocols: ['http'],
  schema: { type: 'object' },
  create: () => ({ access: (exchange: Exchange) => exchange.upstream.setHeader('Host', 'chosen.example') }),
};

/** Asks until the failing target was tried first: whose turn it is depends on the balancer. */
async function untilRetried({ gw, asked }: Setup, method: string, body?: string): Promise<readonly string[]> {
  for (let round = 0; round < 4; round++) {
    asked.length = 0;
    const answer = await send(`${gw.url}/x`, { method, ...(body === undefined ? {} : { body }) });
    if (asked[0]?.startsWith('A') === true) return [...asked, String(answer.status)];
  }
  throw new Error('the failing target was never asked');
}

void t.test('an idempotent request goes to another target, with the Host of that one and its whole body', async (t) => {
  const setup = await setUp(t);
  const [a, b] = setup.ports;
  t.strictSame(await untilRetried(setup, 'GET'), [`A GET 127.0.0.1:${a}`, `B GET 127.0.0.1:${b}`, '200']);
  t.strictSame(await untilRetried(setup, 'PUT', 'body'), [
    `A PUT 127.0.0.1:${a} body`,
    `B PUT 127.0.0.1:${b} body`,
    '200',
  ]);
});

void t.test('a request that may have been done is not done twice', async (t) => {
  const setup = await setUp(t);
  t.strictSame(await untilRetried(setup, 'POST', 'body'), [`A POST 127.0.0.1:${setup.ports[0]} body`, '502']);
});

void t.test('a target that is too slow is asked once; another one if there is one', async (t) => {
  const asked: string[] = [];
  const start = (name: string, isSlow: boolean): Promise<SmallUpstream> =>
    handlerUpstream((_request, response) => {
      asked.push(name);
      if (!isSlow) response.end(name);
    });
  const slow = await start('slow', true);
  const quick = await start('quick', false);
  const pool = upstream('pool.test');
  const owner = service('http://pool.test', { read_timeout: 60 });
  const config = entities({ services: [owner], routes: [route(owner)], upstreams: [pool] });
  const gw = await startGateway({ ...config, targets: [target(pool, `127.0.0.1:${slow.port}`)] });
  t.teardown(() => Promise.all([gw.close(), slow.close(), quick.close()]));
  t.equal((await send(`${gw.url}/x`)).status, 504);
  t.strictSame(asked, ['slow']);
  const both = [slow, quick].map(({ port }) => target(pool, `127.0.0.1:${port}`));
  gw.apply({ ...config, targets: both });
  while (asked.at(-2) !== 'slow' || asked.at(-1) !== 'quick') t.equal((await send(`${gw.url}/x`)).text, 'quick');
});

void t.test('retries: 0 means one attempt', async (t) => {
  const setup = await setUp(t, { retries: 0 });
  t.strictSame(await untilRetried(setup, 'GET'), [`A GET 127.0.0.1:${setup.ports[0]}`, '502']);
});

void t.test('a Host that a plugin has set, or that is preserved, goes to every target', async (t) => {
  const chosen = await setUp(t, { hostPlugin: true });
  t.strictSame(await untilRetried(chosen, 'GET'), ['A GET chosen.example', 'B GET chosen.example', '200']);
  const preserved = await setUp(t, { preserveHost: true });
  const host = `127.0.0.1:${preserved.gw.port}`;
  t.strictSame(await untilRetried(preserved, 'GET'), [`A GET ${host}`, `B GET ${host}`, '200']);
});

t.end();
