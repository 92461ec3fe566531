import type { FindingCode } from '../../pdk/finding-code.ts';

/** What the checks of this plugin report; `docs/openid-connect.md` lists them, too. */
export const openidConnectCodes = {
  'openid-connect/no-method': {
    severity: 'warning',
    title: 'no method that gw runs is enabled',
    explanation:
      'gw runs all methods but "authorization_code", "kong_oauth2" and "session". When none of them is enabled, every ' +
      'request gets 401.',
    bad: example(['auth_methods: [session]']),
    good: example(['auth_methods: [client_credentials]']),
  },
  'openid-connect/issuer': {
    severity: 'error',
    title: 'the issuer is not a usable URL',
    explanation:
      'The issuer is where the discovery document is found: an absolute http or https URL without a user name.',
    bad: 'plugins:\n  - name: openid-connect\n    config:\n      issuer: keycloak',
    good: example([]),
  },
  'openid-connect/endpoint': {
    severity: 'error',
    title: 'an address of the identity provider is not a usable URL',
    explanation: 'Endpoints and key sets that take the place of discovered ones are absolute http or https URLs.',
    bad: example(['token_endpoint: /token']),
    good: example(['token_endpoint: https://idp.example/token']),
  },
  'openid-connect/endpoint-missing': {
    severity: 'error',
    title: 'a pseudo issuer lacks an endpoint',
    explanation:
      'With "using_pseudo_issuer" nothing is discovered, so each endpoint that a method needs is configured.',
    bad: example(['using_pseudo_issuer: true', 'token_endpoint: https://idp.example/token']),
    good: example([
      'using_pseudo_issuer: true',
      'token_endpoint: https://idp.example/token',
      'jwks_endpoint: https://idp.example/jwks',
    ]),
  },
  'openid-connect/list-length': {
    severity: 'error',
    title: 'lists that belong together differ in length',
    explanation:
      'Lists of names and of values are read side by side, and lists about own clients by the position in "client_id". ' +
      'A surplus entry is an error; a missing one of a client falls back to the first, which is a warning.',
    bad: example(['token_headers_names: [x-a, x-b]', "token_headers_values: ['1']"]),
    good: example(['token_headers_names: [x-a, x-b]', "token_headers_values: ['1', '2']"]),
  },
  'openid-connect/conflict': {
    severity: 'error',
    title: 'the old and the new form of a setting disagree',
    explanation:
      'Two fields set the same thing to different values, so one of them would be ignored. Keep the newer one.',
    bad: example(['consumer_claim: [sub]', 'consumer_claims: [[azp]]']),
    good: example(['consumer_claims: [[azp]]']),
  },
  'openid-connect/client': {
    severity: 'error',
    title: "settings of gw's own clients do not fit together",
    explanation:
      'A client of the gateway is named in "client_id". How it proves who it is ("client_auth") needs what goes with it: ' +
      'a secret, a certificate, or an algorithm of the right kind.',
    bad: example(['client_id: [gw]', 'client_auth: [tls_client_auth]']),
    good: example([
      'client_id: [gw]',
      'client_auth: [tls_client_auth]',
      'tls_client_auth_cert_id: 0b8d1d0f-3d6c-4d7e-8f3a-6d5f0f6f2a11',
    ]),
  },
  'openid-connect/client-key': {
    severity: 'error',
    title: 'a key of an own client cannot sign',
    explanation:
      'An entry of "client_jwk" signs client assertions: it has a private part, and a type and curve that its algorithm ' +
      'can use (RFC 7518).',
    bad: example(['client_id: [gw]', 'client_jwk:', '  - {kty: EC, crv: P-256, x: eA, y: eQ}']),
    good: example([
      'client_id: [gw]',
      'client_jwk:',
      "  - {kty: EC, crv: P-256, x: eA, y: eQ, d: '{vault://env/key}'}",
    ]),
  },
  'openid-connect/possession': {
    severity: 'error',
    title: 'proof of possession does not go with the rest',
    explanation:
      'Only tokens of "bearer", "introspection" and of sessions made by these can be bound to a key of the caller. Kong ' +
      'refuses other methods beside it unless "proof_of_possession_auth_methods_validation" is false. Tokens with a ' +
      'DPoP proof come in the "Authorization" header, which must then be among the places that are looked at.',
    bad: example(['auth_methods: [client_credentials]', 'proof_of_possession_mtls: strict']),
    good: example(['auth_methods: [client_credentials]']),
  },
  'openid-connect/reference': {
    severity: 'warning',
    title: 'the config names an entity that does not exist',
    explanation:
      'Kong looks for "anonymous" and for certificates when a request comes in. One that is not in the config is ' +
      'usually a misprint.',
    bad: example(['anonymous: nobody']),
    good: `consumers:\n  - username: nobody\n${example(['anonymous: nobody'])}`,
  },
  'openid-connect/cookie': {
    severity: 'error',
    title: 'browsers drop such a cookie',
    explanation: 'Browsers drop a cookie with SameSite=None that is not Secure.',
    bad: example(['session_cookie_same_site: None', 'session_cookie_secure: false']),
    good: example(['session_cookie_same_site: None', 'session_cookie_secure: true']),
  },
  'openid-connect/method': {
    severity: 'error',
    title: 'a method lacks a setting, or two get in each other’s way',
    explanation:
      'Some methods work only with a further setting, and some share a place for credentials. The former is an error, the ' +
      'latter a warning.',
    bad: example(['bearer_token_param_type: [cookie]']),
    good: example(['bearer_token_param_type: [cookie]', 'bearer_token_cookie_name: token']),
  },
  'openid-connect/insecure': {
    severity: 'warning',
    title: 'a safeguard is switched off',
    explanation: 'Legal, but somebody should have decided it: what is not checked, an attacker can choose.',
    bad: example(['ssl_verify: false']),
    good: example(['ssl_verify: true']),
  },
  'openid-connect/cache': {
    severity: 'warning',
    title: 'cache times or the salt make no sense',
    explanation:
      'Negative times and a minimum above the maximum are errors. Without "cache_tokens_salt" nodes do not share tokens, ' +
      'and decK refuses the file.',
    bad: 'plugins:\n  - name: openid-connect\n    config:\n      issuer: https://idp.example',
    good: example([]),
  },
  'openid-connect/required-list': {
    severity: 'warning',
    title: 'a list of required values may not mean what it says',
    explanation:
      'One entry of the list is enough. To require several values, write them in one entry with spaces between.',
    bad: example(['scopes_required: [read, write]']),
    good: example(['scopes_required: [read write]']),
  },
  'openid-connect/header-name': {
    severity: 'warning',
    title: 'a name that no header can have',
    explanation:
      'Headers that carry claims or tokens need a valid name that gw does not set itself, or nothing is sent. Those of ' +
      'requests to the identity provider need a valid name, or the request cannot be made, which is an error.',
    bad: example(['upstream_access_token_header: Content-Length']),
    good: example(['upstream_access_token_header: X-Token']),
  },
  'openid-connect/reserved-name': {
    severity: 'warning',
    title: 'an argument or header that gw sets itself',
    explanation: 'gw sets this argument or header of the token request itself and ignores the configured one.',
    bad: example(['token_post_args_names: [client_secret]', 'token_post_args_values: [x]']),
    good: example(['token_post_args_names: [resource]', 'token_post_args_values: [x]']),
  },
  'openid-connect/proxy': {
    severity: 'error',
    title: 'the way to the provider leads nowhere',
    explanation:
      'A proxy is an absolute http or https URL: "http_proxy" for http URLs of the provider, "https_proxy" for https ' +
      'ones. What it is told of a user, and which hosts it is not for, does nothing without it.',
    bad: example(['https_proxy: proxy.example:3128']),
    good: example(['https_proxy: http://proxy.example:3128']),
  },
  'openid-connect/token-exchange': {
    severity: 'warning',
    title: 'an exchange of tokens that does not do what it says',
    explanation:
      'Tokens of another issuer are always exchanged, those of the provider itself only when conditions hold. So an ' +
      'entry for another issuer has no "conditions", and one for the provider has some. Tokens are exchanged by the ' +
      'method "bearer".',
    bad: example([
      'auth_methods: [bearer]',
      'client_id: [gw]',
      'client_secret: [secret]',
      'client_auth: [client_secret_post]',
      'token_exchange:',
      '  subject_token_issuers:',
      '  - issuer: https://idp.example',
    ]),
    good: example([
      'auth_methods: [bearer]',
      'client_id: [gw]',
      'client_secret: [secret]',
      'client_auth: [client_secret_post]',
      'token_exchange:',
      '  subject_token_issuers:',
      '  - issuer: https://idp.example',
      '    conditions:',
      '      has_audience: [gw]',
    ]),
  },
  'openid-connect/provider': {
    severity: 'warning',
    title: 'something this identity provider is known to reject',
    explanation: 'Some providers name the scope claim "scp", or refuse the scope "openid" for client credentials.',
    bad: 'plugins:\n  - name: openid-connect\n    config:\n      issuer: https://a.okta.com/oauth2/default\n      scopes_required: [read]',
    good: 'plugins:\n  - name: openid-connect\n    config:\n      issuer: https://a.okta.com/oauth2/default\n      scopes_required: [read]\n      scopes_claim: [scp]\n      scopes: [read]',
  },
} as const satisfies Readonly<Record<string, FindingCode>>;

/** A code that a check of this plugin reports. */
export type OpenidConnectCode = keyof typeof openidConnectCodes;

function example(lines: readonly string[]): string {
  const methods = lines.some((line) => line.startsWith('auth_methods')) ? [] : ['auth_methods: [client_credentials]'];
  const config = ['issuer: https://idp.example', 'cache_tokens_salt: vZ3mQ8rT1xWc6bNf', ...methods, ...lines];
  return `plugins:\n  - name: openid-connect\n    config:\n${config.map((line) => `      ${line}`).join('\n')}`;
}
