import { once } from 'node:events';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import type { Clock } from '../../../src/lib/clock.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { basic } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

const service = ['service', 'secret'] as const;

/** Time that passes when the test says so. */
class ManualClock implements Clock {
  #now = Date.now();

  now(): number {
    return this.#now;
  }

  passSeconds(seconds: number): void {
    this.#now += seconds * 1000;
  }
}

/** Something that happens once. */
function signal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

interface World {
  readonly clock: ManualClock;
  readonly idp: FakeIdp;
  readonly gw: OidcGateway;
  readonly tokenSeen: () => string;
}

async function start(t: Test, config: Record<string, unknown> = {}): Promise<World> {
  const clock = new ManualClock();
  const idp = await FakeIdp.start(clock);
  const gw = await startOidcGateway({ issuer: idp.issuer, ...config }, { clock });
  t.teardown(async () => {
    await gw.close();
    await idp.close();
  });
  const tokenSeen = () => String(gw.upstream.requests.at(-1)?.headers.authorization);
  return { clock, idp, gw, tokenSeen };
}

t.test('after its expiry a token is replaced by exactly one new one', async (t) => {
  const { clock, idp, gw, tokenSeen } = await start(t);
  await gw.call(service);
  const first = tokenSeen();
  clock.passSeconds(3600);
  const answers = await Promise.all(Array.from({ length: 20 }, () => gw.call(service)));
  t.same(new Set(answers.map(({ status }) => status)), new Set([200]));
  t.equal(idp.counts.token, 2);
  const used = gw.upstream.requests.slice(1).map(({ headers }) => headers.authorization);
  t.equal(new Set(used).size, 1);
  t.not(used[0], first);
});

t.test('shortly before its end a token is renewed in the background and still used meanwhile', async (t) => {
  const { clock, idp, gw, tokenSeen } = await start(t);
  await gw.call(service);
  const first = tokenSeen();
  clock.passSeconds(3589);
  await gw.call(service);
  t.equal(idp.counts.token, 1, 'not yet');
  clock.passSeconds(2);
  await gw.call(service);
  t.equal(tokenSeen(), first, 'nobody waits for the renewal');
  while (tokenSeen() === first) await gw.call(service);
  t.equal(idp.counts.token, 2);
});

t.test('an expired token is never sent, even when the provider is down', async (t) => {
  const { clock, idp, gw } = await start(t, { cache_ttl_resurrect: 600 });
  t.equal((await gw.call(service)).status, 200);
  idp.answer = () => ({ status: 500, body: '' });
  clock.passSeconds(3599);
  t.equal((await gw.call(service)).status, 200);
  clock.passSeconds(1);
  t.equal((await gw.call(service)).status, 503);
});

t.test('past cache_ttl_max a good token is used only while the provider fails', async (t) => {
  const { clock, idp, gw, tokenSeen } = await start(t, { cache_ttl_max: 60, cache_ttl_resurrect: 600 });
  await gw.call(service);
  const first = tokenSeen();
  const good = idp.answer;
  idp.answer = () => ({ status: 500, body: '' });
  clock.passSeconds(61);
  t.equal((await gw.call(service)).status, 200);
  t.equal(tokenSeen(), first);
  idp.answer = () => ({ status: 401, body: { error: 'invalid_client' } });
  t.equal((await gw.call(service)).status, 401, 'a definite no is not a failure');
  idp.answer = good;
  clock.passSeconds(6);
  t.equal((await gw.call(service)).status, 200);
  t.not(tokenSeen(), first);
});

t.test('without cache_ttl_resurrect a token ends at cache_ttl_max', async (t) => {
  const { clock, idp, gw } = await start(t, { cache_ttl_max: 60 });
  await gw.call(service);
  idp.answer = () => ({ status: 500, body: '' });
  clock.passSeconds(61);
  t.equal((await gw.call(service)).status, 503);
});

t.test('a refusal is remembered for five seconds, or as cache_ttl_neg says', async (t) => {
  const { clock, idp, gw } = await start(t);
  idp.answer = () => ({ status: 401, body: { error: 'invalid_client' } });
  for (const [seconds, calls] of [
    [0, 1],
    [4, 1],
    [2, 2],
  ] as const) {
    clock.passSeconds(seconds);
    t.equal((await gw.call(service)).status, 401);
    t.equal(idp.counts.token, calls);
  }
  gw.configure({ issuer: idp.issuer, cache_ttl_neg: 0 });
  await gw.call(service);
  await gw.call(service);
  t.equal(idp.counts.token, 4);
});

t.test('only 400, 401 and 403 with an OAuth error are remembered as a refusal', async (t) => {
  const { idp, gw } = await start(t);
  const answers: [status: number, body: unknown, answered: number, calls: number][] = [
    [400, { error: 'invalid_scope' }, 401, 1],
    [401, { error: 'invalid_client' }, 401, 1],
    [403, { error: 'unauthorized_client' }, 401, 1],
    [422, { error: 'invalid_client' }, 401, 2],
    [401, {}, 401, 2],
    [400, 'nonsense', 500, 2],
    [429, { error: 'invalid_client' }, 503, 2],
    [503, { error: 'invalid_client' }, 503, 2],
  ];
  for (const [status, body, answered, calls] of answers) {
    idp.answer = () => ({ status, body });
    const before = idp.counts.token;
    const id = `client ${status} ${JSON.stringify(body)}`;
    for (let call = 0; call < 2; call++) t.equal((await gw.call([id, 'x'])).status, answered, id);
    t.equal(idp.counts.token - before, calls, id);
  }
});

t.test('a first caller that hangs up does not take the token from those who wait with it', async (t) => {
  const { idp, gw } = await start(t);
  const asked = signal();
  const release = signal();
  idp.answer = async () => {
    asked.resolve();
    await release.promise;
    return { body: await idp.grant() };
  };
  const first = connect(gw.gateway.port, '127.0.0.1');
  first.on('error', () => undefined);
  first.write(`GET /anything HTTP/1.1\r\nHost: h\r\nAuthorization: ${basic(...service)}\r\n\r\n`);
  await asked.promise;
  const second = gw.call(service);
  first.destroy();
  await once(first, 'close');
  release.resolve();
  t.equal((await second).status, 200);
  t.equal(idp.counts.token, 1);
});

t.test('a token that has already ended is neither used nor kept', async (t) => {
  const { idp, gw } = await start(t);
  for (const expires of [0, -5, '0']) {
    idp.answer = async () => ({ body: { ...(await idp.grant()), expires_in: expires } });
    const before = idp.counts.token;
    for (let call = 0; call < 2; call++) t.equal((await gw.call(service)).status, 401);
    t.equal(idp.counts.token - before, 2);
  }
});

t.test('a credential refused at renewal is refused at once', async (t) => {
  const { clock, idp, gw } = await start(t);
  t.equal((await gw.call(service)).status, 200);
  idp.answer = () => ({ status: 401, body: { error: 'invalid_client' } });
  clock.passSeconds(3595);
  t.equal((await gw.call(service)).status, 200);
  let status = 200;
  while (status === 200) ({ status } = await gw.call(service));
  t.equal(status, 401);
});

t.test('expires_in and exp both bound the life of a token', async (t) => {
  const { clock, idp, gw } = await start(t);
  idp.answer = async () => ({ body: { ...(await idp.grant()), expires_in: '30' } });
  await gw.call(service);
  clock.passSeconds(30);
  await gw.call(service);
  t.equal(idp.counts.token, 2);
  idp.answer = async () => {
    const exp = Math.floor(clock.now() / 1000) + 10;
    return { body: { ...(await idp.grant({ exp })), expires_in: 3600 } };
  };
  clock.passSeconds(30);
  await gw.call(service);
  clock.passSeconds(10);
  await gw.call(service);
  t.equal(idp.counts.token, 4);
});

t.test('headers of the token response are replayed, also from the cache, and never cookies', async (t) => {
  const { idp, gw } = await start(t, {
    token_headers_replay: ['x-session', 'set-cookie'],
    token_headers_grants: ['client_credentials'],
    token_headers_prefix: 'idp-',
  });
  idp.answer = async () => ({ headers: { 'x-session': 's1', 'set-cookie': 'a=b' }, body: await idp.grant() });
  for (let call = 0; call < 3; call++) {
    const { headers } = await gw.call(service);
    t.equal(headers['idp-x-session'], 's1');
    t.equal(headers['idp-set-cookie'], undefined);
  }
  t.equal(idp.counts.token, 1);
});
