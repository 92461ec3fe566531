import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../../src/lib/package-info.ts';
import type { PluginFinding } from '../../../src/pdk/plugin.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { openidConnect } from '../../../src/plugins/openid-connect/definition.ts';
import { withDefaults } from '../../support/openid-connect-config.ts';

const quiet = { issuer: 'https://idp.example', auth_methods: ['client_credentials'], cache_tokens_salt: 'salt' };

const exchanging = {
  auth_methods: ['bearer'],
  client_id: ['gw'],
  client_secret: ['secret'],
  client_auth: ['client_secret_post'],
};

const possession = { auth_methods: ['bearer'] };

const lookups = {
  consumer: (name: string) => name === 'guest',
  certificate: (id: string) => id === 'cert',
  caCertificate: (id: string) => id === 'ca',
  isPartial: false,
};

function check(given: Record<string, unknown>): PluginFinding[] {
  const findings: PluginFinding[] = [];
  openidConnect.check?.(
    withDefaults(given) as unknown as OpenidConnectConfig,
    given,
    (finding) => findings.push(finding),
    lookups,
  );
  return findings;
}

/** Findings of a config that is fine but for `change`, as `severity code path`. */
function findingsOf(change: Record<string, unknown>): string[] {
  return check({ ...quiet, ...change }).map(({ severity, code, path }) =>
    `${severity} ${code} ${path.join('.')}`.trimEnd(),
  );
}

t.test('a plain client-credentials config has no findings', (t) => {
  t.same(check(quiet), []);
  t.end();
});

const cases: Record<string, [change: Record<string, unknown>, ...findings: string[]]> = {
  'an issuer that is no URL': [{ issuer: 'keycloak' }, 'error openid-connect/issuer issuer'],
  'an issuer of another scheme': [{ issuer: 'ftp://idp.example' }, 'error openid-connect/issuer issuer'],
  'an issuer with a password': [{ issuer: 'https://u:p@idp.example' }, 'error openid-connect/issuer issuer'],
  'endpoints that are no URLs': [
    { token_endpoint: '/token', jwks_endpoint: 'ftp://idp.example', extra_jwks_uris: ['keys'] },
    'error openid-connect/endpoint token_endpoint',
    'error openid-connect/endpoint jwks_endpoint',
    'error openid-connect/endpoint extra_jwks_uris.0',
    'warning openid-connect/insecure extra_jwks_uris',
  ],
  'an endpoint that is weaker than the issuer': [
    { token_endpoint: 'http://idp.example/token', jwks_endpoint: 'http://127.0.0.1/jwks' },
    'warning openid-connect/insecure token_endpoint',
  ],
  'endpoints from a vault': [{ token_endpoint: '{vault://env/endpoint}' }],
  'headers that cannot be sent to the provider': [
    { token_headers_names: ['X Tenant', 'X-Tenant'], token_headers_values: ['a', 'b'] },
    'error openid-connect/header-name token_headers_names.0',
  ],
  'plain http to another machine': [{ issuer: 'http://idp.example' }, 'warning openid-connect/insecure issuer'],
  'plain http on this machine': [{ issuer: 'http://localhost:8080' }],
  'an issuer from a vault': [{ issuer: '{vault://env/issuer}' }],
  'proxies that can be asked': [
    { http_proxy: 'http://proxy.example:3128', https_proxy: '{vault://env/proxy}', no_proxy: 'idp.example' },
  ],
  'proxies that cannot': [
    { http_proxy: 'socks5://proxy.example', https_proxy: 'proxy.example:3128' },
    'error openid-connect/proxy http_proxy',
    'error openid-connect/proxy https_proxy',
  ],
  'a password and exceptions for no proxy': [
    { https_proxy_authorization: 'Basic a', no_proxy: 'idp.example' },
    'warning openid-connect/proxy https_proxy_authorization',
    'warning openid-connect/proxy no_proxy',
  ],
  'an exchange of tokens with all it needs': [
    {
      ...exchanging,
      token_exchange: { subject_token_issuers: [{ issuer: 'https://o.example', verify_signature: true }] },
    },
  ],
  'an exchange of tokens at a pseudo issuer without an endpoint for it': [
    {
      ...exchanging,
      ...{ using_pseudo_issuer: true, jwks_endpoint: 'https://idp.example/k' },
      token_exchange: { subject_token_issuers: [{ issuer: 'https://o.example', verify_signature: true }] },
    },
    'error openid-connect/endpoint-missing using_pseudo_issuer',
  ],
  'an exchange of tokens by nobody': [
    {
      auth_methods: ['client_credentials'],
      token_exchange: { subject_token_issuers: [{ issuer: 'https://o.example', verify_signature: true }] },
    },
    'warning openid-connect/token-exchange token_exchange',
    'error openid-connect/client token_exchange',
  ],
  'exchanged tokens that nobody verified': [
    {
      ...exchanging,
      token_exchange: { subject_token_issuers: [{ issuer: 'https://o.example', jwks_uri: 'https://o.example/k' }] },
    },
    'warning openid-connect/insecure token_exchange.subject_token_issuers.0',
    'warning openid-connect/token-exchange token_exchange.subject_token_issuers.0.jwks_uri',
  ],
  'conditions for another issuer, none for its own': [
    {
      ...exchanging,
      token_exchange: {
        subject_token_issuers: [
          { issuer: 'https://idp.example/', conditions: { has_scopes: null } },
          { issuer: 'https://o.example', verify_signature: true, conditions: { has_scopes: ['a'] } },
        ],
      },
    },
    'warning openid-connect/token-exchange token_exchange.subject_token_issuers.0',
    'warning openid-connect/token-exchange token_exchange.subject_token_issuers.1.conditions',
  ],
  'the old way to exchange tokens': [
    { ...exchanging, token_exchange_endpoint: 'https://idp.example/exchange' },
    'warning openid-connect/token-exchange token_exchange_endpoint',
    'warning plugin/deprecated token_exchange_endpoint',
  ],
  'a pseudo issuer without endpoints': [
    { using_pseudo_issuer: true },
    'error openid-connect/endpoint-missing using_pseudo_issuer',
    'error openid-connect/endpoint-missing using_pseudo_issuer',
  ],
  'a pseudo issuer that is only asked about tokens has nothing to verify': [
    {
      ...{ auth_methods: ['introspection'], client_id: ['a'], using_pseudo_issuer: true },
      introspection_endpoint: 'https://idp.example/i',
    },
  ],
  'a pseudo issuer that signs its answers': [
    {
      ...{ auth_methods: ['introspection'], client_id: ['a'], using_pseudo_issuer: true },
      ...{
        introspection_endpoint: 'https://idp.example/i',
        introspection_accept: 'application/token-introspection+jwt',
      },
    },
    'error openid-connect/endpoint-missing using_pseudo_issuer',
  ],
  'a pseudo issuer with further keys alone': [
    {
      ...{ using_pseudo_issuer: true, token_endpoint: 'https://idp.example/t' },
      extra_jwks_uris: ['https://idp.example/k'],
    },
    'warning openid-connect/insecure extra_jwks_uris',
  ],
  'a pseudo issuer with endpoints': [
    { using_pseudo_issuer: true, token_endpoint: 'https://idp.example/t', jwks_endpoint: 'https://idp.example/k' },
  ],
  'names without values': [
    { token_headers_names: ['a', 'b'], token_headers_values: ['1'] },
    'error openid-connect/list-length token_headers_names',
  ],
  'values without names': [
    { discovery_headers_values: ['1'] },
    'error openid-connect/list-length discovery_headers_values',
  ],
  'old and new header forms that differ': [
    {
      upstream_headers: [{ header: 'x-a', path: ['a'] }],
      upstream_headers_claims: ['b'],
      upstream_headers_names: ['x-a'],
    },
    'error openid-connect/conflict upstream_headers_claims',
    'warning plugin/deprecated upstream_headers_claims',
    'warning plugin/deprecated upstream_headers_names',
  ],
  'old and new header forms that agree': [
    {
      upstream_headers: [{ header: 'x-a', path: ['a'] }],
      upstream_headers_claims: ['a'],
      upstream_headers_names: ['x-a'],
    },
    'warning plugin/deprecated upstream_headers_claims',
    'warning plugin/deprecated upstream_headers_names',
  ],
  'old and new consumer claims that differ': [
    { consumer_claim: ['a'], consumer_claims: [['b']] },
    'error openid-connect/conflict consumer_claim',
    'warning plugin/deprecated consumer_claim',
  ],
  'more secrets than clients': [
    { client_id: ['a'], client_secret: ['1', '2'] },
    'error openid-connect/list-length client_secret.1',
  ],
  'fewer secrets than clients': [
    { client_id: ['a', 'b', 'c'], client_secret: ['1', '2'] },
    'warning openid-connect/list-length client_secret',
  ],
  'one secret for all clients': [{ client_id: ['a', 'b', 'c'], client_secret: ['1'] }],
  'one client twice': [{ client_id: ['a', 'a'] }, 'error openid-connect/client client_id.1'],
  'a client certificate that is not named': [
    { client_id: ['a'], client_auth: ['tls_client_auth'] },
    'error openid-connect/client client_auth.0',
  ],
  'a method of an own client without one': [
    { auth_methods: ['client_credentials', 'introspection'] },
    'error openid-connect/client auth_methods.1',
  ],
  'introspection of signed tokens without an own client': [
    { auth_methods: ['bearer'], introspect_jwt_tokens: true },
    'error openid-connect/client introspect_jwt_tokens',
  ],
  'a pseudo issuer without the endpoints of lookups': [
    {
      auth_methods: ['bearer'],
      client_id: ['a'],
      using_pseudo_issuer: true,
      jwks_endpoint: 'https://idp.example/jwks',
      introspect_jwt_tokens: true,
      search_user_info: true,
    },
    'error openid-connect/endpoint-missing using_pseudo_issuer',
    'error openid-connect/endpoint-missing using_pseudo_issuer',
  ],
  'refresh tokens without a name': [
    { auth_methods: ['client_credentials', 'refresh_token'], client_id: ['a'] },
    'error openid-connect/method auth_methods.1',
  ],
  'a bearer cookie without a name': [
    { bearer_token_param_type: ['cookie'] },
    'error openid-connect/method bearer_token_param_type.0',
  ],
  'a session cookie without bearer': [{ jwt_session_cookie: 'sid' }, 'error openid-connect/method jwt_session_cookie'],
  'two methods for one Basic header': [
    { auth_methods: ['client_credentials', 'password'], client_id: ['a'] },
    'warning openid-connect/method auth_methods.1',
  ],
  'sessions beside client credentials': [
    { auth_methods: ['client_credentials', 'session'] },
    'warning plugin/not-implemented auth_methods',
    'warning openid-connect/method auth_methods.1',
    'warning openid-connect/method auth_methods.1',
  ],
  'a secret that is missing': [
    { client_id: ['a'], client_auth: ['client_secret_basic'] },
    'error openid-connect/client client_auth.0',
  ],
  'an asymmetric algorithm with a secret': [
    { client_id: ['a'], client_secret: ['s'], client_auth: ['client_secret_jwt'], client_alg: ['RS256'] },
    'error openid-connect/client client_alg.0',
  ],
  'a symmetric algorithm with a private key': [
    { client_id: ['a'], client_auth: ['private_key_jwt'], client_alg: ['HS256'] },
    'error openid-connect/client client_alg.0',
  ],
  'an algorithm that goes with the method': [
    { client_id: ['a'], client_secret: ['s'], client_auth: ['client_secret_jwt'], client_alg: ['HS256'] },
  ],
  'a key without private part': [
    { client_id: ['a'], client_jwk: [{ kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ' }] },
    'error openid-connect/client-key client_jwk.0',
  ],
  'a key of the wrong type': [
    { client_id: ['a'], client_alg: ['RS256'], client_jwk: [{ kty: 'EC', crv: 'P-256', d: 'eA' }] },
    'error openid-connect/client-key client_jwk.0.kty',
  ],
  'a key on the wrong curve': [
    { client_id: ['a'], client_alg: ['ES384'], client_jwk: [{ kty: 'EC', crv: 'P-256', d: 'eA' }] },
    'error openid-connect/client-key client_jwk.0.crv',
  ],
  'a key that fits': [
    { client_id: ['a'], client_alg: ['ES256'], client_jwk: [{ kty: 'EC', crv: 'P-256', d: '{vault://env/d}' }] },
  ],
  'proof of possession beside client credentials': [
    { proof_of_possession_mtls: 'strict' },
    'error openid-connect/possession auth_methods.0',
  ],
  'proof of possession whose check is off': [
    { proof_of_possession_dpop: 'optional', proof_of_possession_auth_methods_validation: false },
  ],
  'a certificate header that anybody may send': [
    {
      proof_of_possession_mtls_from_header: {
        ca_certificates: [],
        certificate_header_name: 'x-cert',
        secure_source: false,
        revocation_check_mode: 'SKIP',
      },
    },
    'error openid-connect/possession proof_of_possession_mtls_from_header.ca_certificates',
    'warning openid-connect/insecure proof_of_possession_mtls_from_header.secure_source',
  ],
  'proofs of tokens that are never found': [
    { ...possession, proof_of_possession_dpop: 'strict', bearer_token_param_type: ['query'], dpop_proof_lifetime: 0 },
    'warning openid-connect/possession bearer_token_param_type',
    'warning openid-connect/possession dpop_proof_lifetime',
  ],
  'proofs of tokens in another header': [
    { ...possession, proof_of_possession_dpop: 'optional', bearer_token_header_name: 'X-Token' },
    'warning openid-connect/possession bearer_token_header_name',
  ],
  'proofs beside a bearer token': [{ ...possession, proof_of_possession_dpop: 'strict', dpop_use_nonce: true }],
  'certificates whose revocation is to be looked up': [
    { proof_of_possession_mtls_from_header: { ca_certificates: ['ca'], certificate_header_name: 'x' } },
    'warning plugin/not-implemented proof_of_possession_mtls_from_header',
  ],
  'a cookie that browsers drop': [
    { session_cookie_same_site: 'None', session_cookie_secure: false },
    'error openid-connect/cookie session_cookie_same_site',
  ],
  'a cookie that is secure': [{ session_cookie_same_site: 'None', session_cookie_secure: true }],
  'entities that do not exist': [
    {
      anonymous: 'gest',
      tls_client_auth_cert_id: 'none',
      proof_of_possession_mtls_from_header: {
        ca_certificates: ['ca', 'b'],
        certificate_header_name: 'x',
        revocation_check_mode: 'SKIP',
      },
    },
    'warning openid-connect/reference anonymous',
    'warning openid-connect/reference tls_client_auth_cert_id',
    'warning openid-connect/reference proof_of_possession_mtls_from_header.ca_certificates.1',
  ],
  'entities that exist': [{ anonymous: 'guest', tls_client_auth_cert_id: 'cert' }],
  'a minimum above the maximum': [{ cache_ttl_min: 20, cache_ttl_max: 10 }, 'error openid-connect/cache cache_ttl_min'],
  'a negative time': [{ cache_ttl_neg: -1 }, 'error openid-connect/cache cache_ttl_neg'],
  'a maximum below five seconds': [{ cache_ttl_max: 1 }, 'warning openid-connect/cache cache_ttl_max'],
  'no salt': [{ cache_tokens_salt: null }, 'warning openid-connect/cache'],
  'a session secret of few characters and enough bytes': [{ session_secret: 'ä'.repeat(8) }],
  'a short session secret': [{ session_secret: 'short' }, 'error openid-connect/insecure session_secret'],
  'signatures unchecked': [{ verify_signature: false }, 'warning openid-connect/insecure verify_signature'],
  'claims unchecked': [{ verify_claims: false }, 'warning openid-connect/insecure verify_claims'],
  'certificates unchecked': [{ ssl_verify: false }, 'warning openid-connect/insecure ssl_verify'],
  'a grant without signatures': [
    { ignore_signature: ['client_credentials'] },
    'warning openid-connect/insecure ignore_signature',
  ],
  'a long leeway': [{ leeway: 301 }, 'warning openid-connect/insecure leeway'],
  'tokens signed by clients': [{ enable_hs_signatures: true }, 'warning openid-connect/insecure enable_hs_signatures'],
  'foreign keys for allowed issuers': [
    { extra_jwks_uris: ['https://other.example/jwks'] },
    'warning openid-connect/insecure extra_jwks_uris',
  ],
  'foreign keys for any issuer': [
    { verify_claims: false, extra_jwks_uris: ['https://other.example/jwks'] },
    'warning openid-connect/insecure verify_claims',
    'error openid-connect/insecure extra_jwks_uris',
  ],
  'alternatives in a required list': [
    { scopes_required: ['a', 'b'] },
    'warning openid-connect/required-list scopes_required',
  ],
  'a comma in a required list': [
    { groups_required: ['a,b'] },
    'warning openid-connect/required-list groups_required.0',
  ],
  'scopes at a provider that says scp': [
    { issuer: 'https://login.microsoftonline.com/t/v2.0', scopes_required: ['a'] },
    'warning openid-connect/provider scopes_required',
  ],
  'the scope openid at a provider that refuses it': [
    { issuer: 'https://dev-1.okta.com/oauth2/default' },
    'warning openid-connect/provider scopes',
  ],
  'names that no header can have': [
    {
      upstream_headers: [
        { header: 'x-fine', path: ['a'] },
        { header: 'x y', path: ['a'] },
      ],
      downstream_access_token_header: 'Content-Length',
      downstream_id_token_jwk_header: 'x y',
    },
    'warning openid-connect/header-name upstream_headers.1.header',
    'warning openid-connect/header-name downstream_access_token_header',
    'warning openid-connect/header-name downstream_id_token_jwk_header',
  ],
  'no place to look for credentials': [
    { client_credentials_param_type: [] },
    'warning openid-connect/no-method client_credentials_param_type',
  ],
  'reserved names': [
    { token_post_args_client: ['scope', 'client_secret'], token_headers_client: ['Content-Length'] },
    'warning openid-connect/reserved-name token_post_args_client.1',
    'warning openid-connect/reserved-name token_headers_client.0',
  ],
  'replayed headers without grants': [
    { token_headers_replay: ['x-a'] },
    'warning openid-connect/method token_headers_replay',
  ],
  'a deprecated name of something that is not run': [
    { session_redis_host: 'r', auth_methods: ['client_credentials'] },
    'warning plugin/deprecated session_redis_host',
  ],
  'a field that is not run': [{ http_version: 1 }, 'warning plugin/not-implemented http_version'],
  'a field that is not run, at its default': [{ http_version: 1.1, verify_parameters: false }],
  'a field that is not run, as null': [{ http_version: null }],
  'a field of a method that is not enabled': [{ revocation_endpoint: 'https://idp.example/r' }],
};

for (const [name, [change, ...expected]] of Object.entries(cases)) {
  t.test(`reports ${name}`, (t) => {
    t.same(findingsOf(change).sort(), [...expected].sort());
    t.end();
  });
}

t.test('methods left at their default are one finding, at the config itself', (t) => {
  const findings = check({ issuer: 'https://idp.example', cache_tokens_salt: 'salt' });
  t.equal(findings.length, 1);
  t.match(findings[0], { code: 'plugin/not-implemented', severity: 'warning', path: [] });
  t.match(findings[0]?.message, /"authorization_code", "kong_oauth2".+ \(enabled by default\) are not run yet/);
  t.end();
});

t.test('all methods written out are the same as none, as in what is dumped from a running gateway', (t) => {
  const given = { issuer: 'https://idp.example', cache_tokens_salt: 'salt' };
  const findings = check(withDefaults(given));
  t.same(
    findings.map(({ severity, code }) => `${severity} ${code}`),
    check(given).map(({ severity, code }) => `${severity} ${code}`),
  );
  t.end();
});

t.test('methods that gw does not run are announced to refuse everybody', (t) => {
  const [first, second] = check({ ...quiet, auth_methods: ['kong_oauth2'] });
  t.match(first, { code: 'openid-connect/no-method', path: ['auth_methods'] });
  t.match(second, { code: 'plugin/not-implemented', message: /^"kong_oauth2" is not run yet/ });
  t.end();
});

t.test('no message holds a secret of the config', (t) => {
  const secret = 'hunter2-hunter2-hunter2';
  const findings = check({ ...quiet, session_secret: secret, client_id: ['a'], client_secret: [secret, secret] });
  t.ok(findings.length > 0);
  t.notMatch(JSON.stringify(findings), secret);
  t.end();
});

t.test('configs that Kong accepts have no errors', (t) => {
  const folder = join(packageRoot, '../shared/corpus/valid');
  if (!existsSync(folder)) {
    console.error(`SKIPPED: "${folder}" is missing, so no real configs were checked`);
    t.pass('nothing to check');
    t.end();
    return;
  }
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const configs = texts
    .filter((text) => text.includes('openid-connect'))
    .flatMap((text) => parseAllDocuments(text).flatMap((document) => [...configsIn(document.toJS())]));
  t.ok(configs.length > 0);
  for (const config of configs)
    t.same(
      check(config).filter(({ severity }) => severity === 'error'),
      [],
    );
  t.end();
});

function* configsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  const one = value as { name?: unknown; config?: Record<string, unknown> };
  if (one.name === 'openid-connect' && one.config !== undefined) yield one.config;
  for (const child of Object.values(value)) yield* configsIn(child);
}

t.test('a pseudo issuer without the endpoints of methods that nobody listed is no error', (t) => {
  const { issuer, cache_tokens_salt } = quiet;
  const endpoints = { token_endpoint: 'https://idp.example/t', jwks_endpoint: 'https://idp.example/k' };
  const findings = check({ issuer, cache_tokens_salt, using_pseudo_issuer: true, ...endpoints });
  t.strictSame(
    findings.map(({ severity, code }) => `${severity} ${code}`),
    ['warning plugin/not-implemented'],
  );
  t.end();
});
