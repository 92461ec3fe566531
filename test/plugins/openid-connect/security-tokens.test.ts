import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { exportSPKI, importJWK, SignJWT } from 'jose';
import t from 'tap';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type OidcGateway, startOidcGateway } from '../../support/oidc-gateway.ts';

/** The lines of the security checklist about tokens: each is tried with a token of a caller and with an issued one. */

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let idp: FakeIdp;
let gw: OidcGateway;
let calls = 0;

t.before(async () => {
  idp = await FakeIdp.start();
  idp.jwks = {
    keys: [idp.publicJwk, published(rsa.publicKey, 'rsa', 'RS256'), published(ec.publicKey, 'ec', 'ES256')],
  };
  gw = await startOidcGateway({ issuer: idp.issuer });
});

t.beforeEach(() => configure());

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

function configure(config: Record<string, unknown> = {}): void {
  gw.configure({ issuer: idp.issuer, auth_methods: ['bearer', 'client_credentials'], ...config });
}

function published(key: KeyObject, kid: string, alg: string): Record<string, unknown> {
  return { ...key.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

/** What becomes of a token that a caller brings, and of the same one when the token endpoint issues it. */
async function outcomes(token: string): Promise<{ brought: number; issued: number }> {
  const brought = (await gw.call(null, { headers: { authorization: `Bearer ${token}` } })).status;
  idp.answer = () => ({ body: { access_token: token, token_type: 'Bearer' } });
  return { brought, issued: (await gw.call(['service', `secret-${calls++}`])).status };
}

const passes = { brought: 200, issued: 200 };
const refused = { brought: 401, issued: 401 };

function claims(): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return { iss: idp.issuer, sub: 'service', iat: now, exp: now + 300 };
}

function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

function signed(header: Record<string, unknown>, key: KeyObject | Uint8Array): Promise<string> {
  return new SignJWT(claims()).setProtectedHeader(header as { alg: string }).sign(key);
}

t.test('alg none in any spelling, a missing alg and an empty signature are refused', async (t) => {
  const good = await signed({ alg: 'RS256', kid: 'rsa' }, rsa.privateKey);
  t.same(await outcomes(good), passes);
  const [head = '', body = ''] = good.split('.');
  t.same(await outcomes(`${head}.${body}.`), refused, 'an empty signature');
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', undefined, null, 0, ['RS256'], 'toString', '__proto__']) {
    for (const signature of ['', part('signature')]) {
      const token = `${part({ alg, kid: 'rsa' })}.${part(claims())}.${signature}`;
      t.same(await outcomes(token), refused, `${JSON.stringify([alg])} and "${signature}"`);
    }
  }
});

t.test('an HMAC under the public key is refused, HMAC allowed or not', async (t) => {
  const key = await importJWK(idp.publicJwk, 'RS256');
  if (key instanceof Uint8Array) throw new Error('not a public key');
  const pem = await exportSPKI(key);
  const secrets = [pem, pem.trimEnd(), JSON.stringify(idp.publicJwk), String(idp.publicJwk.n)];
  for (const enable_hs_signatures of [false, true]) {
    configure({ enable_hs_signatures, client_id: ['gateway'], client_secret: ['a secret of the gateway'] });
    for (const [at, secret] of secrets.entries()) {
      const bytes = new TextEncoder().encode(secret);
      for (const alg of ['HS256', 'HS512']) {
        t.same(await outcomes(await signed({ alg, kid: idp.kid }, bytes)), refused, `${alg}, form ${at} of the key`);
      }
    }
  }
});

t.test('an ES token is never checked with an RSA key, nor an RS token with an EC key', async (t) => {
  t.same(await outcomes(await signed({ alg: 'ES256', kid: 'ec' }, ec.privateKey)), passes);
  t.same(await outcomes(await signed({ alg: 'ES256', kid: 'rsa' }, ec.privateKey)), refused);
  t.same(await outcomes(await signed({ alg: 'RS256', kid: 'ec' }, rsa.privateKey)), refused);
  t.same(await outcomes(await signed({ alg: 'PS256', kid: 'rsa' }, rsa.privateKey)), refused, 'published for RS256');
});

t.test('ES signatures of a wrong length, in DER, or of zeros are refused', async (t) => {
  const good = await signed({ alg: 'ES256', kid: 'ec' }, ec.privateKey);
  const [head, body, text = ''] = good.split('.');
  const signature = Buffer.from(text, 'base64url');
  const zero = Buffer.alloc(32);
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
  const forms: Record<string, Buffer> = {
    '63 bytes': signature.subarray(0, 63),
    '65 bytes': Buffer.concat([signature, Buffer.alloc(1)]),
    '96 bytes': Buffer.alloc(96, 1),
    '1 byte': Buffer.alloc(1),
    DER: Buffer.concat([Buffer.from([0x30, 68, 2, 32]), r, Buffer.from([2, 32]), s]),
    'all zero': Buffer.alloc(64),
    'zero r': Buffer.concat([zero, s]),
    'zero s': Buffer.concat([r, zero]),
    'all ones': Buffer.alloc(64, 0xff),
  };
  for (const [name, bytes] of Object.entries(forms)) {
    t.same(await outcomes(`${head}.${body}.${bytes.toString('base64url')}`), refused, name);
  }
});

t.test('a good token with any character changed, added or taken away is refused', async (t) => {
  const tokens = [
    await signed({ alg: 'RS256', kid: 'rsa' }, rsa.privateKey),
    await signed({ alg: 'ES256', kid: 'ec' }, ec.privateKey),
  ];
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (const good of tokens) {
    const status = async (token: string) =>
      (await gw.call(null, { headers: { authorization: `Bearer ${token}` } })).status;
    t.equal(await status(good), 200);
    const changed = new Set([`${good}=`, `${good}A`, `${good}.`, good.slice(0, -1), good.slice(1), `${good}.${good}`]);
    // The last character carries bits that belong to no byte: all of its neighbours, and a sample of the others.
    for (const one of alphabet) changed.add(good.slice(0, -1) + one);
    for (let at = 0; at < good.length; at += 11) {
      const next = alphabet[(alphabet.indexOf(good[at] ?? '') + 1) % alphabet.length] ?? '';
      changed.add(good.slice(0, at) + next + good.slice(at + 1));
      changed.add(good.slice(0, at) + good.slice(at + 1));
    }
    changed.delete(good);
    for (const token of changed) {
      const got = await status(token);
      if (got !== 401) t.fail(`${got} for ${token}`);
    }
  }
});

t.test('critical extensions that nobody knows are refused', async (t) => {
  for (const crit of [['b64'], ['exp'], [], 'b64', null]) {
    const head = part({ alg: 'RS256', kid: 'rsa', b64: false, crit });
    t.same(await outcomes(`${head}.${part(claims())}.${part('signature')}`), refused, JSON.stringify(crit));
  }
});

t.test('encrypted and zipped tokens are never inflated', async (t) => {
  const bomb = deflateRawSync(Buffer.alloc(5 * 1024 * 1024), { level: 9 });
  t.ok(bomb.length < 5500, 'a thousand times smaller than what is in it');
  const jwe = `${part({ alg: 'dir', enc: 'A128GCM', zip: 'DEF' })}..${part('iv')}.${bomb.toString('base64url')}.${part('tag')}`;
  const before = process.memoryUsage().arrayBuffers;
  t.same(await outcomes(jwe), { brought: 401, issued: 200 }, 'its issuer may pass on what only the service can read');
  t.ok(process.memoryUsage().arrayBuffers - before < 4 * 1024 * 1024);
  configure({ scopes_required: ['read'] });
  t.equal((await outcomes(jwe)).issued, 403, 'what nobody read meets no requirement');
  const zipped = `${part({ alg: 'RS256', kid: 'rsa', zip: 'DEF' })}.${deflateRawSync(JSON.stringify(claims())).toString('base64url')}.${part('x')}`;
  t.same(await outcomes(zipped), refused);
});

t.test(
  'a token of nearly 8 KiB goes upstream; what is beyond the limit of a header is no fault of the gateway',
  async (t) => {
    const padded = (length: number) => idp.sign({ pad: 'x'.repeat(length) });
    const long = await padded(5700);
    t.ok(long.length > 8000 && long.length < 8170, `${long.length}`);
    t.same(await outcomes(long), passes);
    t.equal(gw.upstream.requests.at(-1)?.headers.authorization, `Bearer ${long}`);
    for (const length of [7000, 60_000]) {
      const { status } = await gw.call(null, { headers: { authorization: `Bearer ${await padded(length)}` } });
      t.ok(status === 494 || status === 431, `${status}`);
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const inBody = await gw.call(null, { method: 'POST', headers: form, body: `access_token=${await padded(20_000)}` });
    t.equal(inBody.status, 401, 'no bearer token is that long');
    idp.answer = async () => ({ body: { access_token: await padded(10_000), token_type: 'Bearer' } });
    t.equal((await gw.call(['service', `secret-${calls++}`])).status, 200, 'an issued one may be');
  },
);

t.test('deep, huge and broken JSON inside of a token is refused', async (t) => {
  const deep = `{"iss":"${idp.issuer}","a":${'['.repeat(1000)}${']'.repeat(1000)}}`;
  const payloads = [deep, '[]', 'null', '"text"', '{"exp":', '{"__proto__":{"iss":"x","exp":9e9}}', '\u0000', ''];
  for (const [at, payload] of payloads.entries()) {
    const input = `${part({ alg: 'RS256', kid: 'rsa' })}.${part(payload)}`;
    const signature = sign('sha256', Buffer.from(input), rsa.privateKey).toString('base64url');
    t.equal((await outcomes(`${input}.${signature}`)).brought, 401, `payload ${at}`);
  }
  for (const header of [deep.slice(0, 40) + '}'.repeat(3000), '[]', 'null', '{']) {
    const { brought } = await outcomes(`${part(header)}.${part(claims())}.${part('signature')}`);
    t.equal(brought, 401, header.slice(0, 10));
  }
});

t.test('an ID token and a token for somebody else are refused where an audience is required', async (t) => {
  configure({ audience_required: ['https://api.example'] });
  const call = async (claim: Record<string, unknown>) => (await outcomes(await idp.sign(claim))).brought;
  t.equal(await call({ aud: 'https://api.example' }), 200);
  t.equal(await call({ aud: ['other', 'https://api.example'] }), 200);
  t.equal(await call({ aud: 'client', nonce: 'n', at_hash: 'h', auth_time: 1 }), 403, 'an ID token is for its client');
  t.equal(await call({ aud: 'https://api.example.evil' }), 403);
  t.equal(await call({ aud: ['https://api', 'example'] }), 403);
  t.equal(await call({}), 403, 'without audience');
  t.equal(await call({ aud: { 'https://api.example': true } }), 403);
  t.equal(await call({ aud: 'https://api.example', typ: 'ID' }), 401, 'one that says what it is');
});
