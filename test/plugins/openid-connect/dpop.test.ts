import { decodeJwt } from 'jose';
import t from 'tap';
import { FakeClock } from '../../support/clock.ts';
import { DpopKey, type ProofParts } from '../../support/dpop-key.ts';
import { FakeIdp } from '../../support/fake-idp.ts';
import { type Answer, basic, send } from '../../support/http.ts';
import { serviceClient, startIdp } from '../../support/idp.ts';
import { type OidcGateway, type OidcGatewayOptions, startOidcGateway } from '../../support/oidc-gateway.ts';
import { consumer } from '../../support/entities.ts';

let idp: FakeIdp;
let gw: OidcGateway;
let key: DpopKey;

t.before(async () => {
  idp = await FakeIdp.start();
  gw = await startOidcGateway(config(), options);
  key = await DpopKey.make();
});

t.beforeEach(() => gw.configure(config()));

t.teardown(async () => {
  await gw.close();
  await idp.close();
});

const options: OidcGatewayOptions = { consumers: [consumer('guest')] };

function config(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { issuer: idp.issuer, auth_methods: ['bearer'], proof_of_possession_dpop: 'strict', ...more };
}

function boundToken(claims: Record<string, unknown> = {}): Promise<string> {
  return idp.sign({ cnf: { jkt: key.thumbprint }, ...claims });
}

interface DpopCall {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly proof?: ProofParts;
  readonly on?: OidcGateway;
}

/** A request with a token and a proof for it, good but for what is changed. */
async function callWithProof(token: string, call: DpopCall = {}): Promise<Answer> {
  const { method = 'GET', target = '', headers = [], on = gw } = call;
  const url = `${on.gateway.url}/anything${target}`;
  const proof = await key.prove(method, url, token, call.proof);
  return await send(url, { method, headers: ['authorization', `DPoP ${token}`, 'dpop', proof, ...headers] });
}

function challengeOf(answer: Answer): string {
  return String(answer.headers['www-authenticate']);
}

function headersSeen(answer: Answer): Record<string, string> {
  return answer.json().headers as Record<string, string>;
}

const algs = 'algs="RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA"';

void t.test('a bound token with its proof passes, and goes upstream as a bearer token without proof', async (t) => {
  const token = await boundToken();
  for (let turn = 0; turn < 2; turn++) {
    const answer = await callWithProof(token);
    t.equal(answer.status, 200);
    t.equal(headersSeen(answer).Authorization, `Bearer ${token}`);
    t.notMatch(answer.text.toLowerCase(), /"dpop"|dpop\+jwt/);
  }
  t.equal((await callWithProof(token, { method: 'POST' })).status, 200);
  t.equal((await callWithProof(token, { target: '?a=1&b=2' })).status, 200, 'a query does not count');
  t.equal(idp.counts.jwks, 1, 'verified once');
});

void t.test('a proof that was used, or is for something else, is refused', async (t) => {
  const token = await boundToken();
  const url = `${gw.gateway.url}/anything`;
  const other = await DpopKey.make();
  const good = await key.prove('GET', url, token);
  const withProofs = (...proofs: string[]) =>
    send(url, { headers: ['authorization', `DPoP ${token}`, ...proofs.flatMap((proof) => ['dpop', proof])] });
  t.equal((await withProofs(good)).status, 200);
  const bad = {
    again: await withProofs(good),
    'none at all': await withProofs(),
    'two proofs': await withProofs(await key.prove('GET', url, token), await key.prove('GET', url, token)),
    'for another method': await withProofs(await key.prove('POST', url, token)),
    'for another path': await withProofs(await key.prove('GET', `${url}/x`, token)),
    'for another host': await withProofs(await key.prove('GET', 'https://api.example/anything', token)),
    'for another token': await withProofs(await key.prove('GET', url, await boundToken({ jti: '2' }))),
    'by another key': await withProofs(await other.prove('GET', url, token)),
    old: await callWithProof(token, { proof: { claims: { iat: Math.floor(Date.now() / 1000) - 301 } } }),
    garbage: await withProofs('garbage'),
  };
  for (const [name, answer] of Object.entries(bad)) {
    t.equal(answer.status, 401, name);
    t.equal(answer.text, '{"message":"Unauthorized"}');
    t.equal(challengeOf(answer), `DPoP realm="127.0.0.1", error="invalid_dpop_proof", ${algs}`, name);
  }
  t.notMatch(gw.log.text(), good.slice(0, 40));
  t.match(gw.log.text(), /the DPoP proof was used before/);
});

void t.test('what is not a bound token with a proof is refused in strict mode', async (t) => {
  const [bound, unbound] = [await boundToken(), await idp.sign()];
  const badToken = `DPoP realm="127.0.0.1", error="invalid_token", ${algs}`;
  const cases: Record<string, readonly [Answer, string]> = {
    'a bound token as Bearer': [await gw.call(null, { headers: { authorization: `Bearer ${bound}` } }), badToken],
    'an unbound token as Bearer': [await gw.call(null, { headers: { authorization: `Bearer ${unbound}` } }), badToken],
    'an unbound token with a proof': [await callWithProof(unbound), badToken],
    'a token bound to another key': [
      await callWithProof(await boundToken({ cnf: { jkt: 'other' } })),
      `DPoP realm="127.0.0.1", error="invalid_dpop_proof", ${algs}`,
    ],
    'an unreadable binding': [await callWithProof(await boundToken({ cnf: { jkt: 1 } })), badToken],
    'a bad token': [await callWithProof(await boundToken({ exp: 1 })), badToken],
    'a token in the query': [await gw.call(null, { target: `?access_token=${bound}` }), badToken],
    nothing: [await gw.call(null), `DPoP realm="127.0.0.1", ${algs}`],
  };
  for (const [name, [answer, challenge]] of Object.entries(cases)) {
    t.equal(answer.status, 401, name);
    t.equal(challengeOf(answer), challenge, name);
  }
});

void t.test(
  'in optional mode tokens that are not bound pass as Bearer, and bound ones only with a proof',
  async (t) => {
    gw.configure(config({ proof_of_possession_dpop: 'optional' }));
    const [bound, unbound] = [await boundToken(), await idp.sign()];
    const asBearer = (token: string) => gw.call(null, { headers: { authorization: `Bearer ${token}` } });
    t.equal((await asBearer(unbound)).status, 200);
    t.equal((await callWithProof(bound)).status, 200);
    for (let turn = 0; turn < 2; turn++) {
      const refused = await asBearer(bound);
      t.equal(refused.status, 401, 'also right after it passed with a proof');
      t.equal(challengeOf(refused), `Bearer realm="127.0.0.1", error="invalid_token", DPoP realm="127.0.0.1", ${algs}`);
    }
    t.equal((await callWithProof(unbound)).status, 401);
    t.equal(challengeOf(await gw.call(null)), `Bearer realm="127.0.0.1", DPoP realm="127.0.0.1", ${algs}`);
  },
);

void t.test('where DPoP is off, tokens with a proof are no credential', async (t) => {
  gw.configure(config({ proof_of_possession_dpop: 'off' }));
  const answer = await callWithProof(await boundToken());
  t.equal(answer.status, 401);
  t.equal(challengeOf(answer), 'Bearer realm="127.0.0.1"');
});

void t.test('with dpop_use_nonce a proof needs a nonce, which each refusal brings', async (t) => {
  gw.configure(
    config({ dpop_use_nonce: true, expose_error_code: false, unauthorized_redirect_uri: ['https://a.example'] }),
  );
  const token = await boundToken();
  const asked = await callWithProof(token);
  t.equal(asked.status, 401, 'not redirected');
  t.equal(challengeOf(asked), `DPoP realm="127.0.0.1", error="use_dpop_nonce", ${algs}`);
  const nonce = String(asked.headers['dpop-nonce']);
  const withNonce = (value: string) => callWithProof(token, { proof: { claims: { nonce: value, iat: 1 } } });
  t.equal((await withNonce(nonce)).status, 200);
  t.equal((await withNonce(nonce)).status, 200, 'a nonce is for many proofs');
  const madeUp = await withNonce('made-up');
  t.equal(madeUp.status, 401);
  t.match(madeUp.headers, { 'dpop-nonce': /^[\w-]{27}$/ });
});

void t.test('a nonce past half of its life is followed by a new one in good time', async (t) => {
  const clock = new FakeClock(Date.now());
  const ageing = await startOidcGateway(config({ dpop_use_nonce: true }), { clock });
  t.teardown(() => ageing.close());
  const token = await idp.sign({ cnf: { jkt: key.thumbprint }, exp: Math.floor(Date.now() / 1000) + 7200 });
  const withNonce = (nonce?: string) => callWithProof(token, { on: ageing, proof: { claims: { nonce } } });
  const nonce = String((await withNonce()).headers['dpop-nonce']);
  t.equal((await withNonce(nonce)).headers['dpop-nonce'], undefined);
  clock.advance(151_000);
  const answer = await withNonce(nonce);
  t.equal(answer.status, 200);
  clock.advance(149_000);
  t.equal((await withNonce(nonce)).status, 401, 'the old one has ended');
  t.equal((await withNonce(String(answer.headers['dpop-nonce']))).status, 200);
});

void t.test('anonymous stands in for a bad proof, but not for a proof that lacks a nonce', async (t) => {
  const token = await boundToken();
  const twice = { proof: { claims: { jti: 'once' } } };
  gw.configure(config({ anonymous: 'guest' }));
  t.equal(headersSeen(await callWithProof(token, twice))['X-Anonymous-Consumer'], undefined);
  t.equal(headersSeen(await callWithProof(token, twice))['X-Anonymous-Consumer'], 'true');
  gw.configure(config({ anonymous: 'guest', dpop_use_nonce: true }));
  t.equal((await callWithProof(token)).status, 401);
});

void t.test('nonces of one node are good on another with the same salt', async (t) => {
  const salted = config({ dpop_use_nonce: true, cache_tokens_salt: 'one salt' });
  const other = await startOidcGateway(salted);
  t.teardown(() => other.close());
  const token = await boundToken();
  const nonceOf = async (settings: Record<string, unknown>) => {
    gw.configure(settings);
    return String((await callWithProof(token)).headers['dpop-nonce']);
  };
  const withNonce = async (nonce: string) =>
    (await callWithProof(token, { on: other, proof: { claims: { nonce } } })).status;
  t.equal(await withNonce(await nonceOf(salted)), 200);
  t.equal(await withNonce(await nonceOf({ ...salted, cache_tokens_salt: 'another' })), 401);
});

void t.test('behind a trusted proxy the URL is the one that the client called', async (t) => {
  const behind = await startOidcGateway(config(), { settings: { trustedIps: ['127.0.0.1'] } });
  t.teardown(() => behind.close());
  const token = await boundToken();
  const headers = ['x-forwarded-proto', 'https', 'x-forwarded-host', 'api.example', 'x-forwarded-port', '443'];
  const proof = { claims: { htu: 'https://api.example/anything' } };
  t.equal((await callWithProof(token, { on: behind, headers, proof })).status, 200);
  t.equal((await callWithProof(token, { on: behind, headers })).status, 401, 'our own URL is not it');
  t.equal((await callWithProof(token, { headers, proof })).status, 401, 'anybody can say that');
});

void t.test('a token that is exchanged is held to its own key, not to what it is exchanged for', async (t) => {
  const other = await FakeIdp.start();
  t.teardown(() => other.close());
  const exchange = { token_exchange: { subject_token_issuers: [{ issuer: other.issuer }] } };
  gw.configure(config({ ...exchange, client_id: ['gw'], client_secret: ['secret'] }));
  const bound = await other.sign({ cnf: { jkt: key.thumbprint } });
  const answer = await callWithProof(bound);
  t.equal(answer.status, 200);
  t.equal(decodeJwt(headersSeen(answer).Authorization?.slice('Bearer '.length) ?? '').iss, idp.issuer);
  for (let turn = 0; turn < 2; turn++) {
    t.equal((await gw.call(null, { headers: { authorization: `Bearer ${bound}` } })).status, 401);
    t.equal((await callWithProof(await other.sign())).status, 401);
  }
});

void t.test('an opaque token is held to the key that the introspection endpoint names', async (t) => {
  const own = { client_id: ['gw'], client_secret: ['secret'] };
  idp.introspect = ({ form }) => {
    const cnf = { jkt: form.get('token') === 'of-another' ? 'other' : key.thumbprint };
    return { body: { active: true, sub: 'alice', ...(form.get('token') === 'unbound' ? {} : { cnf }) } };
  };
  gw.configure(config({ ...own, auth_methods: ['introspection'] }));
  t.equal((await callWithProof('bound')).status, 200);
  t.equal((await gw.call(null, { headers: { authorization: 'Bearer bound' } })).status, 401);
  for (const token of ['unbound', 'of-another']) t.equal((await callWithProof(token)).status, 401, token);
  gw.configure(config({ ...own, proof_of_possession_dpop: 'optional', introspect_jwt_tokens: true }));
  const silent = await idp.sign();
  t.equal((await gw.call(null, { headers: { authorization: `Bearer ${silent}` } })).status, 401, 'bound all the same');
  t.equal((await callWithProof(silent)).status, 200);
});

void t.test('a token with a proof is not for a method that knows no binding', async (t) => {
  gw.configure(config({ auth_methods: ['userinfo'] }));
  idp.userInfo = () => ({ body: { sub: 'alice' } });
  t.equal((await callWithProof('opaque')).status, 401);
  t.equal((await gw.call(null, { headers: { authorization: 'Bearer opaque' } })).status, 200);
});

void t.test('one of many requests with the same proof passes', async (t) => {
  const token = await boundToken();
  const url = `${gw.gateway.url}/anything`;
  const headers = ['authorization', `DPoP ${token}`, 'dpop', await key.prove('GET', url, token)];
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(url, { headers })));
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  t.equal(answers.filter(({ status }) => status === 401).length, 19);
});

void t.test('other methods beside are not held to proofs, and are remembered as ever', async (t) => {
  gw.configure(config({ auth_methods: ['bearer', 'client_credentials'] }));
  idp.counts.token = 0;
  for (let turn = 0; turn < 3; turn++) t.equal((await gw.call(['service', 'secret'])).status, 200);
  t.equal(idp.counts.token, 1);
  const refused = await gw.call(null, { headers: { authorization: `Bearer ${await idp.sign()}` } });
  t.equal(refused.status, 401);
});

void t.test('a token that a certified provider has bound to a key passes with proofs by that key alone', async (t) => {
  const provider = await startIdp();
  t.teardown(() => provider.close());
  gw.configure(config({ issuer: provider.issuer }));
  const endpoint = `${provider.issuer}/token`;
  const proof = await key.prove('POST', endpoint, '', { claims: { ath: undefined } });
  const granted = await send(endpoint, {
    method: 'POST',
    headers: {
      authorization: basic(serviceClient.id, serviceClient.secret),
      'content-type': 'application/x-www-form-urlencoded',
      dpop: proof,
    },
    body: 'grant_type=client_credentials&scope=read',
  });
  t.match(granted.json(), { token_type: 'DPoP' });
  const token = String(granted.json().access_token);
  t.equal((await callWithProof(token)).status, 200);
  const other = await DpopKey.make();
  const url = `${gw.gateway.url}/anything`;
  const stolen = ['authorization', `DPoP ${token}`, 'dpop', await other.prove('GET', url, token)];
  t.equal((await send(url, { headers: stolen })).status, 401);
});
