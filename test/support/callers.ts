import type { FakeIdp } from './fake-idp.ts';
import { basic } from './http.ts';
import type { CallOptions } from './oidc-gateway.ts';

/** One way for a caller to present a credential. */
export interface Caller {
  /** Method and place, for the name of a test. */
  readonly name: string;
  /** What the plugin needs beside the issuer to take it. */
  readonly config: (idp: FakeIdp) => Readonly<Record<string, unknown>>;
  /** A request that presents it, beside an argument `keep=1` where it stands in query or body. */
  readonly request: (idp: FakeIdp) => Promise<CallOptions> | CallOptions;
  /** The texts that must not get past the gateway when credentials are hidden. */
  readonly secrets: (request: CallOptions) => readonly string[];
  /** Whether the credential is itself the token that goes upstream. */
  readonly isToken: boolean;
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };
const own = { client_id: ['kong'], client_secret: ['own-secret'] };

type Fields = Readonly<Record<string, string>>;

/** The same arguments in query, form and JSON. */
function inArguments(fields: Fields): readonly (readonly [place: string, request: CallOptions])[] {
  const all = { ...fields, keep: '1' };
  const text = new URLSearchParams(all).toString();
  return [
    ['query', { target: `?${text}` }],
    ['form', { method: 'POST', headers: form, body: text }],
    ['JSON', { method: 'POST', headers: json, body: JSON.stringify(all) }],
  ];
}

function pair(name: string, config: object, id: string, secret: string): Caller[] {
  const [user, password] = ['an-id', 'a-secret/+'];
  const ways = [['header', { headers: { authorization: basic(user, password) } }] as const];
  return [...ways, ...inArguments({ [id]: user, [secret]: password })].map(([place, request]) => ({
    name: `${name} in ${place}`,
    config: () => ({ auth_methods: [name], ...config }),
    request: () => request,
    secrets: () => [password, encodeURIComponent(password), basic(user, password).slice('Basic '.length)],
    isToken: false,
  }));
}

function refreshToken(): Caller[] {
  const config = { auth_methods: ['refresh_token'], refresh_token_param_name: 'refresh_token', ...own };
  const ways = [['header', { headers: { 'Refresh-Token': 'rt-1' } }] as const];
  return [...ways, ...inArguments({ refresh_token: 'rt-1' })].map(([place, request]) => ({
    ...{ name: `refresh_token in ${place}`, config: () => config, isToken: false },
    request: () => request,
    secrets: () => ['rt-1'],
  }));
}

interface TokenCase {
  readonly name: string;
  readonly config: Caller['config'];
  readonly token: (idp: FakeIdp) => Promise<string>;
  /** False when another is sent on in its place. */
  readonly isSentOn?: boolean;
}

/** A token that a caller brings, under every name it may have. */
function tokenCallers({ name, config, token, isSentOn = true }: TokenCase): Caller[] {
  const headers: readonly (readonly [string, (token: string) => Fields, object])[] = [
    ['Authorization', (one) => ({ authorization: `Bearer ${one}` }), {}],
    ['Access-Token', (one) => ({ 'Access-Token': one }), {}],
    ['X-Access-Token', (one) => ({ 'X-Access-Token': `Bearer ${one}` }), {}],
    ['a header of the config', (one) => ({ 'X-Token': one }), { bearer_token_header_name: 'X-Token' }],
    [
      'cookie',
      (one) => ({ cookie: `a=1; at=${one}; b=2` }),
      { bearer_token_param_type: ['cookie'], bearer_token_cookie_name: 'at' },
    ],
  ];
  const made = (place: string, extra: object, request: (one: string) => CallOptions): Caller => ({
    name: `${name} in ${place}`,
    config: (idp) => ({ ...config(idp), ...extra }),
    request: async (idp) => request(await token(idp)),
    secrets: (sent) => /[\w-]{12,}\.[\w-]+\.[\w-]+|opaque-[\w-]+/.exec(JSON.stringify(sent)) ?? [],
    isToken: isSentOn,
  });
  return [
    ...headers.map(([place, headersOf, extra]) => made(place, extra, (one) => ({ headers: headersOf(one) }))),
    ...['query', 'form', 'JSON'].map((place, at) =>
      made(place, {}, (one) => inArguments({ access_token: one })[at]?.[1] ?? {}),
    ),
  ];
}

/** Lets a provider know every token as one of the subject `service`, or none. */
export function knowTokens(idp: FakeIdp, areKnown: boolean): void {
  idp.introspect = () => ({ body: areKnown ? { active: true, sub: 'service' } : { active: false } });
  idp.userInfo = () => ({ status: areKnown ? 200 : 401, body: { sub: 'service' } });
}

function opaqueToken(): Promise<string> {
  return Promise.resolve('opaque-token');
}

function signedToken(idp: FakeIdp): Promise<string> {
  return idp.sign();
}

/** Every method and place. */
export const callers: readonly Caller[] = [
  ...tokenCallers({ name: 'bearer', config: () => ({ auth_methods: ['bearer'] }), token: signedToken }),
  ...tokenCallers({
    name: 'introspected JWT',
    config: () => ({ auth_methods: ['bearer'], introspect_jwt_tokens: true, ...own }),
    token: signedToken,
  }),
  ...tokenCallers({
    name: 'exchanged JWT',
    config: ({ issuer }) => ({ auth_methods: ['bearer'], ...own, ...exchange(issuer) }),
    token: signedToken,
    isSentOn: false,
  }),
  ...tokenCallers({
    name: 'introspection',
    config: () => ({ auth_methods: ['introspection'], ...own }),
    token: opaqueToken,
  }),
  ...tokenCallers({ name: 'userinfo', config: () => ({ auth_methods: ['userinfo'] }), token: opaqueToken }),
  ...pair('client_credentials', {}, 'client_id', 'client_secret'),
  ...pair('password', own, 'username', 'password'),
  ...refreshToken(),
];

/** Every token of the provider is exchanged for another. */
function exchange(issuer: string): object {
  return { token_exchange: { subject_token_issuers: [{ issuer, conditions: { missing_scopes: ['other'] } }] } };
}
