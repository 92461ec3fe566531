import type { FindingCode } from '../../pdk/finding-code.ts';

/** What `gw validate --online` reports; nothing else does. */
export const onlineCodes = {
  'openid-connect/online-discovery': {
    severity: 'error',
    title: 'the discovery document cannot be had',
    explanation:
      'Only with "--online". The issuer did not answer in time, or not with a discovery document. gw would start and ' +
      'answer requests with an error until the issuer works.',
    bad: example(['issuer: https://idp.example/realms/no-such-realm']),
    good: example(['issuer: https://idp.example/realms/orders']),
  },
  'openid-connect/online-issuer': {
    severity: 'warning',
    title: 'the discovery document names another issuer',
    explanation:
      'Only with "--online". Tokens must carry the issuer that the document names. Another name is either the wrong ' +
      'address, or a provider behind a proxy that does not know how it is reached.',
    bad: example(['issuer: https://proxy.example']),
    good: example(['issuer: https://idp.example']),
  },
  'openid-connect/online-keys': {
    severity: 'error',
    title: 'there is no key to verify tokens with',
    explanation:
      'Only with "--online". A key set cannot be fetched, or holds no usable key: public, for signatures, RSA of 2048 ' +
      'bits or more, EC, or Ed25519. Every token would be refused.',
    bad: example(['issuer: https://idp.example', 'jwks_endpoint: https://idp.example/old-keys']),
    good: example(['issuer: https://idp.example', 'jwks_endpoint: https://idp.example/keys']),
  },
  'openid-connect/online-token-endpoint': {
    severity: 'error',
    title: 'the identity provider has no token endpoint',
    explanation:
      'Only with "--online". Credentials are exchanged at the token endpoint, which neither the document announces ' +
      '(over https, where the document came so) nor the config names.',
    bad: example(['issuer: https://idp.example']),
    good: example(['issuer: https://idp.example', 'token_endpoint: https://idp.example/token']),
  },
  'openid-connect/online-endpoint': {
    severity: 'error',
    title: 'the identity provider lacks an endpoint that a method needs',
    explanation:
      'Only with "--online". Tokens are looked up at the introspection or the userinfo endpoint, which neither the ' +
      'document announces (over https, where the document came so) nor the config names.',
    bad: example(['issuer: https://no-userinfo.example', 'search_user_info: true']),
    good: example(['issuer: https://idp.example', 'search_user_info: true']),
  },
  'openid-connect/online-own-keys': {
    severity: 'warning',
    title: 'the identity provider may not reach the keys that gw makes',
    explanation:
      'Only with "--online". With "private_key_jwt" and no "client_jwk", gw makes keys, and the provider fetches their ' +
      'public halves from the Admin API ("/openid-connect/jwks"). By the settings found here that listens on this ' +
      'machine only, where the provider is not.',
    bad: example(['issuer: https://idp.example', 'client_id: [gw]', 'client_auth: [private_key_jwt]'], 'password'),
    good: example(
      [
        ...['issuer: https://idp.example', 'client_id: [gw]', 'client_auth: [private_key_jwt]'],
        ...['client_jwk:', "  - {kty: EC, crv: P-256, x: eA, y: eQ, d: '{vault://env/key}'}"],
      ],
      'password',
    ),
  },
  'openid-connect/online-grant': {
    severity: 'warning',
    title: 'the identity provider does not announce the grant of a method',
    explanation:
      'Only with "--online". "grant_types_supported" of the document lacks the grant that a method in "auth_methods" uses, ' +
      'so the token endpoint will probably refuse every request of it.',
    bad: example(['issuer: https://login-only.example']),
    good: example(['issuer: https://idp.example']),
  },
  'openid-connect/online-client-auth': {
    severity: 'warning',
    title: 'an endpoint does not announce the way clients authenticate',
    explanation:
      'Only with "--online". "token_endpoint_auth_methods_supported" of the document, or that of the introspection ' +
      'endpoint, lacks what the "…_endpoint_auth_method" or "client_auth" asks for; or no method with a client secret is ' +
      'there, which the client of a caller needs; or the algorithm of assertions, "client_alg", is not announced.',
    bad: example(['issuer: https://idp.example', 'token_endpoint_auth_method: client_secret_jwt']),
    good: example(['issuer: https://idp.example', 'token_endpoint_auth_method: client_secret_basic']),
  },
  'openid-connect/online-algorithm': {
    severity: 'warning',
    title: 'the identity provider announces no signature algorithm that is accepted',
    explanation:
      'Only with "--online". gw verifies RS, PS and ES with 256, 384 and 512, and EdDSA; HS only with ' +
      '"enable_hs_signatures".',
    bad: example(['issuer: https://hs256-only.example']),
    good: example(['issuer: https://hs256-only.example', 'enable_hs_signatures: true']),
  },
} as const satisfies Readonly<Record<string, FindingCode>>;

/** A code of {@link onlineCodes}. */
export type OnlineCode = keyof typeof onlineCodes;

function example(lines: readonly string[], method = 'client_credentials'): string {
  const config = [...lines, 'cache_tokens_salt: vZ3mQ8rT1xWc6bNf', `auth_methods: [${method}]`];
  return `plugins:\n  - name: openid-connect\n    config:\n${config.map((line) => `      ${line}`).join('\n')}`;
}
