import { DpopKey } from './dpop-key.ts';
import type { EchoingIdp } from './echoing-idp.ts';
import { basic } from './http.ts';
import type { Marker } from './leak-search.ts';

/** What nobody but its owner may see; the odd characters make each encoding look different. */
export const secrets = {
  'client secret': 'Cs+secret/of=service&%~1',
  'other client secret': 'Other?secret/of=service',
  'wrong client secret': 'Wrong/secret+of=service',
  password: 'Pass+word/of=john&%~2',
  'wrong password': 'Wrong+pass/word=of&john',
  'own client secret': 'Own+secret/of=the&gateway~3-that-is-long-enough-for-hmac',
  'refresh token': 'Refresh+token/of=john~4',
  'opaque token': 'Opaque-token.of~john+5/6=',
  'wrong opaque token': 'Wrong-opaque-token.of~john/7=',
  salt: 'Salt/of+the=cache~6',
  'discovery header': 'Discovery/header+value=7',
  'token argument': 'Token/argument+value=8',
  'token header': 'Token/header+value=9',
  'introspection header': 'Introspection/header+value=10',
  'introspection argument': 'Introspection/argument+value=11',
  'userinfo header': 'Userinfo/header+value=12',
  'userinfo argument': 'Userinfo/argument+value=13',
  'session secret': 'Session/secret+value=14',
  'proxy authorization': 'Basic Proxy/authorization+15',
  'wrong proxy authorization': 'Basic Wrong/proxy-authorization+18',
  'admin token': 'Admin/token+value=16',
  'session cookie': 'Session-cookie-of-john-17',
} as const satisfies Record<string, string>;

/** A name of {@link secrets}. */
export type SecretName = keyof typeof secrets;

/** Names of the secrets that callers send and that no upstream is to see. */
export const callersOwn: readonly SecretName[] = [
  ...(['client secret', 'other client secret', 'wrong client secret', 'password', 'wrong password'] as const),
  ...(['refresh token', 'own client secret', 'salt'] as const),
];

/** As markers. */
export function pick(names: readonly SecretName[]): Marker[] {
  return names.map((name) => ({ name, value: secrets[name] }));
}

/** One path per way to authenticate, each with every field that holds a secret. */
export function pluginConfigs(
  issuer: string,
  inlineKey: object,
  proxy: string,
): Record<string, Record<string, unknown>> {
  const client = { client_id: ['gateway'], client_secret: [secrets['own client secret']] };
  const own = (auth: string): object => ({ ...client, client_auth: [auth] });
  const tokens = { bearer_token_param_type: ['header', 'query', 'body'] };
  const common = {
    ...{ issuer, cache_tokens_salt: secrets.salt, display_errors: true, session_secret: secrets['session secret'] },
    // Each failure is to reach the provider anew.
    cache_ttl_neg: 0,
    ...{ discovery_headers_names: ['x-key'], discovery_headers_values: [secrets['discovery header']] },
    ...{ token_post_args_names: ['key'], token_post_args_values: [secrets['token argument']] },
    ...{ token_headers_names: ['x-key'], token_headers_values: [secrets['token header']] },
    ...{ https_proxy: 'http://127.0.0.1:9', https_proxy_authorization: secrets['proxy authorization'] },
  };
  const lookups = {
    ...{ introspection_headers_names: ['x-key'], introspection_headers_values: [secrets['introspection header']] },
    ...{ introspection_post_args_names: ['key'], introspection_post_args_values: [secrets['introspection argument']] },
    ...{ userinfo_headers_names: ['x-key'], userinfo_headers_values: [secrets['userinfo header']] },
    ...{ userinfo_query_args_names: ['key'], userinfo_query_args_values: [secrets['userinfo argument']] },
  };
  const configs: Record<string, Record<string, unknown>> = {
    'client-credentials': { auth_methods: ['client_credentials'] },
    'client-credentials-post': {
      auth_methods: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    },
    'client-credentials-jwt': {
      auth_methods: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_jwt',
    },
    'password-basic': { auth_methods: ['password'], ...own('client_secret_basic') },
    'password-post': { auth_methods: ['password'], ...own('client_secret_post') },
    'password-secret-jwt': { auth_methods: ['password'], ...own('client_secret_jwt') },
    'password-inline-key': {
      auth_methods: ['password'],
      ...own('private_key_jwt'),
      ...{ client_alg: ['ES256'], client_jwk: [inlineKey] },
    },
    'password-made-key': { auth_methods: ['password'], ...own('private_key_jwt') },
    either: { auth_methods: ['password', 'client_credentials'], ...own('client_secret_basic') },
    refresh: {
      auth_methods: ['refresh_token'],
      ...own('client_secret_basic'),
      ...{ refresh_token_param_name: 'refresh_token', refresh_token_param_type: ['header', 'query', 'body'] },
    },
    bearer: { auth_methods: ['bearer'], ...tokens, search_user_info: true },
    cookie: {
      auth_methods: ['bearer'],
      ...{ bearer_token_param_type: ['cookie'], bearer_token_cookie_name: 'token', jwt_session_cookie: 'session' },
    },
    dpop: { auth_methods: ['bearer'], proof_of_possession_dpop: 'strict' },
    exchange: {
      auth_methods: ['bearer'],
      ...own('client_secret_basic'),
      token_exchange: { subject_token_issuers: [{ issuer, conditions: { has_scopes: ['swap'] } }] },
    },
    introspection: { auth_methods: ['introspection'], ...tokens, ...own('client_secret_basic') },
    userinfo: { auth_methods: ['userinfo'], ...tokens },
    proxied: {
      auth_methods: ['client_credentials'],
      ...{ http_proxy: proxy, http_proxy_authorization: secrets['proxy authorization'] },
    },
    'proxied-in-vain': {
      auth_methods: ['client_credentials'],
      ...{ http_proxy: proxy, http_proxy_authorization: secrets['wrong proxy authorization'] },
    },
  };
  return Object.fromEntries(
    Object.entries(configs).map(([name, config]) => [name, { ...common, ...lookups, ...config }]),
  );
}

/** A request that carries a credential somewhere. */
export interface Call {
  readonly path: string;
  readonly target?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Everything a caller may try with these credentials, in every place the methods look at. */
export async function callsFor(idp: EchoingIdp, url: string): Promise<readonly Call[]> {
  const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
  const everywhere = (path: string, fields: Record<string, string>): Call[] => [
    { path, target: `?a=b&${form(fields)}` },
    { path, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form(fields) },
    { path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) },
  ];
  const credentials = (path: string, id: string, key: readonly [string, string], secret: string): Call[] => [
    { path, headers: { authorization: basic(id, secret) } },
    ...everywhere(path, { [key[0]]: id, [key[1]]: secret }),
  ];
  const client = ['client_id', 'client_secret'] as const;
  const user = ['username', 'password'] as const;
  const calls: Call[] = [];
  const clients = ['client-credentials', 'client-credentials-post', 'client-credentials-jwt', 'either'];
  for (const path of [...clients, 'proxied', 'proxied-in-vain']) {
    for (const name of ['client secret', 'wrong client secret', 'other client secret'] as const) {
      calls.push(...credentials(path, 'service', client, secrets[name]));
    }
  }
  for (const path of ['password-basic', 'password-post', 'password-secret-jwt', 'password-inline-key', 'either']) {
    calls.push(...credentials(path, 'john', user, secrets.password));
    calls.push(...credentials(path, 'john', user, secrets['wrong password']));
  }
  calls.push(...credentials('password-made-key', 'john', user, secrets.password));
  calls.push({ path: 'refresh', headers: { 'refresh-token': secrets['refresh token'] } });
  calls.push(...everywhere('refresh', { refresh_token: secrets['refresh token'] }));
  calls.push(...(await tokenCalls(idp, url, everywhere)));
  return [...calls, { path: 'bearer' }, { path: 'client-credentials', headers: { authorization: 'Basic !' } }];
}

async function tokenCalls(
  idp: EchoingIdp,
  url: string,
  everywhere: (path: string, fields: Record<string, string>) => Call[],
): Promise<readonly Call[]> {
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const key = await DpopKey.make();
  const bound = await idp.sign({ cnf: { jkt: key.thumbprint } }, 'bound token');
  const proof = await key.prove('GET', `${url}/dpop`, bound);
  const stolen = await key.prove('GET', `${url}/dpop`, 'another token');
  for (const text of [proof, stolen]) idp.markers.push({ name: 'DPoP proof', value: text.split('.').at(-1) ?? '' });
  const session = { sid: secrets['session cookie'] };
  const cookie = `session=${secrets['session cookie']}; token=${await idp.sign(session, 'token in a cookie')}`;
  const token = await idp.sign({}, 'token of a caller');
  const expired = await idp.sign({ exp: 1 }, 'expired token');
  return [
    ...[token, expired, `${token}x`].map((text) => ({ path: 'bearer', ...bearer(text) })),
    ...everywhere('bearer', { access_token: token }),
    { path: 'bearer', target: `?access_token=${expired}`, ...bearer(token) },
    { path: 'cookie', headers: { cookie } },
    { path: 'cookie', headers: { cookie: cookie.replace('session=', 'other=') } },
    { path: 'dpop', headers: { authorization: `DPoP ${bound}`, dpop: proof } },
    { path: 'dpop', headers: { authorization: `DPoP ${bound}`, dpop: proof } },
    { path: 'dpop', headers: { authorization: `DPoP ${bound}`, dpop: stolen } },
    { path: 'dpop', ...bearer(bound) },
    { path: 'exchange', ...bearer(await idp.sign({ scope: 'swap' }, 'subject token')) },
    ...(['introspection', 'userinfo'] as const).flatMap((path) => [
      { path, ...bearer(secrets['opaque token']) },
      { path, ...bearer(secrets['wrong opaque token']) },
      ...everywhere(path, { access_token: secrets['opaque token'] }),
    ]),
  ];
}
