import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import t, { type Test } from 'tap';
import type { JsonObject } from '../../../src/lib/json.ts';
import { packageRoot } from '../../../src/lib/package-info.ts';
import { openidConnect } from '../../../src/plugins/openid-connect/definition.ts';
import { FakeClock } from '../../support/clock.ts';
import { entities, plugin, route, service } from '../../support/entities.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { startGateway } from '../../support/gateway.ts';
import { send } from '../../support/http.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';
import { withDefaults } from '../../support/openid-connect-config.ts';
import { handlerUpstream } from '../../support/small-upstreams.ts';
import { startUpstream } from '../../support/upstream.ts';

/** The lines of the security checklist about the keys of a provider. */

const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface CallOptions {
  readonly key?: KeyObject;
  readonly header?: JsonObject;
  readonly claims?: JsonObject;
}

interface World {
  readonly idp: FakeIdp;
  readonly gw: OidcGateway;
  readonly clock: FakeClock;
  /** Status of a call with a token signed so. */
  readonly call: (kid: string, options?: CallOptions) => Promise<number>;
}

async function setUp(t: Test, config: Record<string, unknown> = {}): Promise<World> {
  const clock = new FakeClock();
  const idp = await FakeIdp.start(clock);
  const gw = await startOidcGateway({ issuer: idp.issuer, auth_methods: ['bearer'], ...config }, { clock });
  t.teardown(async () => {
    await gw.close();
    await idp.close();
  });
  const call: World['call'] = async (kid, { key, header = {}, claims = {} } = {}) => {
    const now = Math.floor(clock.now() / 1000);
    const token =
      key === undefined
        ? await idp.sign(claims, { kid })
        : await new SignJWT({ iss: idp.issuer, exp: now + 60, ...claims })
            .setProtectedHeader({ alg: 'RS256', kid, ...header })
            .sign(key);
    return (await gw.call(null, { headers: { authorization: `Bearer ${token}` } })).status;
  };
  return { idp, gw, clock, call };
}

t.test('kid is a map key and nothing else: no prototype, path, SQL or URL', async (t) => {
  const { idp, call } = await setUp(t);
  t.equal(await call(idp.kid), 200);
  const before = { ...idp.counts };
  for (const kid of [
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '0', 'length'],
    ...['../../../../dev/null', '/etc/passwd', 'file:///etc/passwd', `${idp.issuer}/jwks`, `${idp.issuer}/other`],
    ...["' OR '1'='1", '" UNION SELECT 1 --', '$(id)', '*', '', ' key-1', 'KEY-1', 'key-1\u0000'],
  ]) {
    t.equal(await call(kid, { key: foreign.privateKey }), 401, kid);
    t.equal(await call(kid), 401, `${kid}, signed with the right key`);
  }
  t.equal(idp.counts.other, before.other, 'no URL was fetched');
  t.ok(idp.counts.jwks - before.jwks <= 1, 'and the keys at most once');
  t.equal(await call(idp.kid), 200);
});

t.test('keys in jwk and x5c are not trusted, and jku and x5u are not fetched', async (t) => {
  const { idp, call } = await setUp(t);
  let fetched = 0;
  const attacker = await handlerUpstream((_request, response) => {
    fetched += 1;
    response.end(JSON.stringify({ keys: [{ ...foreign.publicKey.export({ format: 'jwk' }), kid: 'evil' }] }));
  });
  t.teardown(() => attacker.close());
  const jwk = foreign.publicKey.export({ format: 'jwk' }) as JsonObject;
  const url = `${attacker.url}/keys`;
  const der = foreign.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  for (const header of [{ jwk }, { jku: url }, { x5u: url }, { x5c: [der] }, { jwk, jku: url, x5u: url, x5c: [der] }]) {
    for (const kid of ['evil', idp.kid]) {
      t.equal(await call(kid, { key: foreign.privateKey, header }), 401, `${kid} ${Object.keys(header).join()}`);
    }
  }
  t.equal(fetched, 0);
});

t.test('a refresh of keys that fails, is cut short or is no JSON keeps the old keys', async (t) => {
  const { idp, clock, call } = await setUp(t, { rediscovery_lifetime: 0 });
  t.equal(await call(idp.kid), 200);
  const good = idp.jwks;
  const whole = JSON.stringify(good);
  const poisons: unknown[] = [
    ...['', 'null', '[]', '<html>busy</html>', whole.slice(0, -2), whole.slice(0, whole.length / 2)],
    ...[{}, { keys: null }, { keys: {} }, { keys: [] }, { keys: ['key-1'] }, { keys: [{ kty: 'oct', k: 'AAAA' }] }],
    { keys: [{ kty: 'RSA', kid: idp.kid, e: 'AQAB', n: 'AQAB' }] },
    `{"keys":${'['.repeat(50_000)}`,
  ];
  for (const [at, poison] of poisons.entries()) {
    idp.jwks = poison;
    const before = idp.counts.jwks;
    t.equal(await call(`unknown-${at}`), 401);
    t.ok(idp.counts.jwks > before, 'keys were looked for');
    t.equal(await call(idp.kid, { claims: { at } }), 200, `poison ${at}`);
  }
  clock.advance(3_600_000 * 1.1);
  t.equal(await call(idp.kid, { claims: { late: true } }), 200, 'renewing in the background fails, too');
});

t.test('a flood of invented kids costs one fetch per rediscovery_lifetime', async (t) => {
  const { idp, clock, call } = await setUp(t);
  t.equal(await call(idp.kid), 200);
  const before = { ...idp.counts };
  const flood = (wave: number) =>
    Promise.all(Array.from({ length: 40 }, (_, at) => call(`invented-${wave}-${at}`, { key: foreign.privateKey })));
  t.same(new Set(await flood(1)), new Set([401]));
  t.same(new Set(await flood(2)), new Set([401]));
  t.equal(idp.counts.jwks - before.jwks, 1);
  t.equal(idp.counts.discovery - before.discovery, 1);
  clock.advance(29_000);
  await flood(3);
  t.equal(idp.counts.jwks - before.jwks, 1, '29 s later');
  clock.advance(1000);
  await flood(4);
  t.equal(idp.counts.jwks - before.jwks, 2, '30 s later');
  t.equal(await call(idp.kid), 200);
});

t.test('keys stay with their issuer, even when two of them name the same kid or the same URL', async (t) => {
  const [one, two] = [await FakeIdp.start(), await FakeIdp.start()];
  const upstream = await startUpstream();
  two.jwks = { keys: [{ ...foreign.publicKey.export({ format: 'jwk' }), kid: two.kid, alg: 'RS256' }] };
  const api = service(upstream.url);
  const routes = ['/one', '/two', '/extra'].map((path) => route(api, { paths: [path], strip_path: false }));
  const configs = [
    { issuer: one.issuer },
    { issuer: two.issuer },
    // The URL that is the first issuer's own is an extra one here: the same keys, cached apart.
    { issuer: two.issuer, extra_jwks_uris: [`${one.issuer}/jwks`] },
  ];
  const gateway = await startGateway(
    entities({
      services: [api],
      routes,
      plugins: configs.map((config, at) =>
        plugin('openid-connect', {
          route: { id: routes[at]?.id ?? '' },
          config: withDefaults({ auth_methods: ['bearer'], cache_tokens_salt: 'shared', ...config }) as JsonObject,
        }),
      ),
    }),
    { plugins: [openidConnect] },
  );
  t.teardown(async () => {
    await gateway.close();
    await Promise.all([one.close(), two.close(), upstream.close()]);
  });
  const status = async (path: string, token: string) =>
    (await send(`${gateway.url}/${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
  const ofOne = await one.sign();
  const forgedTwo = await one.sign({ iss: two.issuer });
  const ofTwo = await two.sign({}, { key: foreign.privateKey });
  // Statuses of the echo: it knows no such path, but was reached.
  t.equal(await status('one', ofOne), 404);
  t.equal(await status('two', ofOne), 401, 'another issuer’s token');
  t.equal(await status('two', forgedTwo), 401, 'signed by one in the name of two, under the same kid');
  t.equal(await status('two', ofTwo), 404);
  t.equal(await status('one', ofTwo), 401);
  t.equal(await status('extra', forgedTwo), 404, 'Kong’s semantics: extra keys sign for any allowed issuer');
  t.equal(await status('two', forgedTwo), 401, 'and for no other plugin');
  t.equal(await status('extra', ofOne), 401, 'an extra key makes no issuer allowed');
});

t.test('extra_jwks_uris is reported: its keys can sign for any allowed issuer', (t) => {
  const found = (given: Record<string, unknown>): string[] => {
    const codes: string[] = [];
    const config = { issuer: 'https://idp.example', auth_methods: ['bearer'], cache_tokens_salt: 's', ...given };
    openidConnect.check?.(withDefaults(config) as never, config, ({ severity, code }) =>
      codes.push(`${severity} ${code}`),
    );
    return codes;
  };
  t.same(found({}), []);
  t.same(found({ extra_jwks_uris: ['https://other.example/jwks'] }), ['warning openid-connect/insecure']);
  t.end();
});

/** A comparison of a secret or a proof with `===`, which tells by its time where two texts differ. */
const compared = String.raw`(?:reveal\(\)|[tT]humbprint\(\w*\)|\.(?:ath|nonce|mac|state))`;
const plainComparison = new RegExp(String.raw`${compared} [!=]== (?!null|undefined|'|\d)|[!=]== [\w.]*${compared}`);

t.test('no secret, thumbprint, nonce or proof is compared with ===', (t) => {
  const found: string[] = [];
  let files = 0;
  for (const folder of ['src/oidc', 'src/plugins/openid-connect']) {
    for (const file of readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      files += 1;
      const lines = readFileSync(join(packageRoot, folder, file), 'utf8').split('\n');
      for (const [at, line] of lines.entries()) {
        if (plainComparison.test(line)) found.push(`${folder}/${file}:${at + 1} ${line.trim()}`);
      }
    }
  }
  t.ok(files > 80);
  t.match('if (secret.reveal() === given.reveal()) {', plainComparison);
  t.match('return claims.ath !== ath;', plainComparison);
  t.same(found, []);
  t.end();
});
