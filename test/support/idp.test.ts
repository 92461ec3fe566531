import t, { type Test } from 'tap';
import { type IdpOptions, startIdp } from './idp.ts';

void t.test('grants JWTs or opaque tokens, with claims, to clients of either method', async (t) => {
  const jwt = await start(t, { claims: (clientId) => ({ tier: `gold ${clientId}` }) });
  const token = await jwt.grant({ headers: { authorization: basic('service', jwt.idp.secret) } });
  const claims = JSON.parse(Buffer.from(token.access_token.split('.')[1] ?? '', 'base64url').toString()) as object;
  t.match(claims, { iss: jwt.idp.issuer, client_id: 'service', aud: 'https://api.example.test', tier: 'gold service' });
  t.equal(token.expires_in, 3600);
  const clients = [{ id: 'poster', secret: 'a secret', auth: 'client_secret_post' as const }];
  const opaque = await start(t, { format: 'opaque', clients, accessTokenTtlSeconds: 60 });
  const plain = await opaque.grant({ form: { client_id: 'poster', client_secret: 'a secret' } });
  t.notMatch(plain.access_token, /\./);
  t.equal(plain.expires_in, 60);
  t.match(opaque.idp.requests.at(-1), { endpoint: 'token', params: { grant_type: 'client_credentials' } });
});

void t.test('counts, breaks, repairs, stops and starts on the same port', async (t) => {
  const { idp, grant } = await start(t, {});
  const authorized = { headers: { authorization: basic('service', idp.secret) } };
  const jwksStatus = async () => (await fetch(`${idp.issuer}/jwks`)).status;
  idp.failWith(503, 'token');
  await t.rejects(grant(authorized));
  t.equal(await jwksStatus(), 200, 'only what was asked for is broken');
  idp.failWith('reset');
  await t.rejects(jwksStatus());
  idp.failWith(null);
  t.match(idp.counts(), { token: 1, jwks: 2, discovery: 0 });
  const { port } = idp;
  await idp.stop();
  await t.rejects(jwksStatus());
  await idp.start();
  t.equal(idp.port, port);
  t.match(await grant(authorized), { token_type: 'Bearer' });
  idp.resetCounts();
  t.match(idp.counts(), { token: 0, jwks: 0 });
});

interface Grant {
  readonly access_token: string;
  readonly expires_in: number;
}

async function start(t: Test, options: IdpOptions) {
  const idp = await startIdp(options);
  t.teardown(() => idp.close());
  const grant = async (by: { headers?: Record<string, string>; form?: Record<string, string> }): Promise<Grant> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'openid', ...by.form });
    const response = await fetch(`${idp.issuer}/token`, { method: 'POST', headers: by.headers ?? {}, body });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return (await response.json()) as Grant;
  };
  return { idp, grant };
}

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}
