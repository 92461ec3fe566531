import type { FindingCode } from '../../pdk/finding-code.ts';

/** Findings about upstreams, certificates, keys and credentials. */
export const otherEntityCodes: Readonly<Record<string, FindingCode>> = {
  'upstream/name': {
    severity: 'error',
    title: 'a name that an upstream cannot have',
    explanation:
      'Services name an upstream as their host, so it has the form of a host name: no port, no address, no space.',
    bad: 'upstreams:\n- name: orders.example:80',
    good: 'upstreams:\n- name: orders.example\n  targets:\n  - target: 10.0.0.1:80',
  },
  'upstream/host-header': {
    severity: 'error',
    title: 'a Host header that is none',
    explanation: '"host_header" is sent to targets as it is: a host name or address, perhaps with a port.',
    bad: 'host_header: https://orders.example',
    good: 'host_header: orders.example',
  },
  'upstream/hash': {
    severity: 'error',
    title: 'hashing that cannot work',
    explanation:
      'A fallback must be something else than what it stands in for, and where nothing or a cookie is hashed there is nothing to fall back from. Algorithms least-connections and latency hash nothing.',
    bad: 'upstreams:\n- name: orders.example\n  hash_on: ip\n  hash_fallback: ip',
    good: 'upstreams:\n- name: orders.example\n  hash_on: consumer\n  hash_fallback: ip',
  },
  'upstream/hash-name': {
    severity: 'error',
    title: 'the name of what is hashed is missing',
    explanation:
      'A header, a cookie, a query argument or a captured part of the path needs its name beside: "hash_on: header" needs "hash_on_header".',
    bad: 'upstreams:\n- name: orders.example\n  hash_on: header',
    good: 'upstreams:\n- name: orders.example\n  hash_on: header\n  hash_on_header: x-tenant',
  },
  'upstream/header-name': {
    severity: 'error',
    title: 'a health check with a header that cannot be sent',
    explanation: 'The keys of "headers" are names of headers: letters, digits, "-" and "_".',
    bad: 'healthchecks:\n  active:\n    headers: {"Host:": [orders.example]}',
    good: 'healthchecks:\n  active:\n    headers: {Host: [orders.example]}',
  },
  'target/address': {
    severity: 'error',
    title: 'a target that is no address',
    explanation: 'A target is a host name or address, perhaps with a port: no scheme, no path.',
    bad: 'target: http://10.0.0.1',
    good: 'target: 10.0.0.1:80',
  },
  'certificate/pem': {
    severity: 'error',
    title: 'a certificate or key that cannot be read',
    explanation:
      'Certificates and keys are texts in PEM form, with their BEGIN and END lines. In YAML write them as a block ("|"), or refer to a vault. An entry of ca_certificates holds exactly one.',
    bad: 'certificates:\n- cert: server.crt\n  key: server.key',
    good: 'certificates:\n- cert: "{vault://env/server-cert}"\n  key: "{vault://env/server-key}"',
  },
  'certificate/pair': {
    severity: 'error',
    title: 'a certificate and a key that do not belong together',
    explanation:
      'The key must be that of the certificate. "cert_alt" and "key_alt" come together and use another type of key than the first pair, such as ECDSA beside RSA.',
    bad: 'cert_alt: "{vault://env/ec-cert}"',
    good: 'cert_alt: "{vault://env/ec-cert}"\nkey_alt: "{vault://env/ec-key}"',
  },
  'certificate/authority': {
    severity: 'error',
    title: 'a certificate that may not sign others',
    explanation: 'An entry of ca_certificates is the certificate of an authority: its basic constraints say CA:TRUE.',
    bad: 'ca_certificates:\n- cert: "-----BEGIN CERTIFICATE----- (of a server)"',
    good: 'ca_certificates:\n- cert: "-----BEGIN CERTIFICATE----- (of an authority)"',
  },
  'certificate/expired': {
    severity: 'error',
    title: 'the certificate of an authority has expired',
    explanation: 'Kong refuses it, because nothing that it signed would be trusted.',
    bad: 'ca_certificates:\n- cert: "-----BEGIN CERTIFICATE----- (valid until last year)"',
    good: 'ca_certificates:\n- cert: "-----BEGIN CERTIFICATE----- (valid until next year)"',
  },
  'sni/name': {
    severity: 'error',
    title: 'a server name that clients cannot send',
    explanation: 'Server names are host names without port; "*" may stand for the whole first or last label.',
    bad: 'snis:\n- name: 10.0.0.1',
    good: 'snis:\n- name: "*.example.com"',
  },
  'key/material': {
    severity: 'error',
    title: 'a key without a key',
    explanation: 'A key needs a "jwk", which is a JSON text, or a "pem" with the parts in PEM form.',
    bad: 'keys:\n- kid: k1',
    good: 'keys:\n- kid: k1\n  jwk: "{vault://env/signing-key}"',
  },
  'key/kid': {
    severity: 'error',
    title: 'two different key ids',
    explanation: 'The "kid" of the entity and the one inside its "jwk" must be the same, or tokens are not matched.',
    bad: `keys:\n- kid: a\n  jwk: '{"kty":"oct","kid":"b","k":"…"}'`,
    good: `keys:\n- kid: a\n  jwk: '{"kty":"oct","kid":"a","k":"…"}'`,
  },
  'credential/no-public-key': {
    severity: 'error',
    title: 'a JWT credential without its public key',
    explanation:
      'Tokens signed with an algorithm other than HS256, HS384 and HS512 are verified with "rsa_public_key", a public key in PEM form (of any type, despite its name).',
    bad: 'jwt_secrets:\n- key: issuer\n  algorithm: RS256',
    good: 'jwt_secrets:\n- key: issuer\n  algorithm: RS256\n  rsa_public_key: |\n    -----BEGIN PUBLIC KEY-----\n    …',
  },
  'credential/public-key': {
    severity: 'error',
    title: 'a public key that cannot be read',
    explanation: '"rsa_public_key" is a public key in PEM form, with its BEGIN and END lines.',
    bad: 'rsa_public_key: MIIBIjANBgkq…',
    good: 'rsa_public_key: |\n  -----BEGIN PUBLIC KEY-----\n  …',
  },
  'credential/redirect-uri': {
    severity: 'error',
    title: 'a redirect URI that may not be used',
    explanation: 'Redirect URIs are absolute, with scheme and host, and have no fragment (RFC 6749 section 3.1.2).',
    bad: 'redirect_uris: ["https://app.example/cb#done"]',
    good: 'redirect_uris: ["https://app.example/cb"]',
  },
  'filter-chain/scope': {
    severity: 'error',
    title: 'a filter chain that runs nowhere, or in two places',
    explanation: 'It runs on one service or on one route: name it, or write the chain inside it.',
    bad: 'filter_chains:\n- filters: [{name: my-filter}]',
    good: 'services:\n- name: orders\n  host: orders.example\n  filter_chains:\n  - filters: [{name: my-filter}]',
  },
  'custom-entity/kind': {
    severity: 'warning',
    title: 'a kind of entity that Kong does not have',
    explanation:
      'The type of a custom entity is the name of its list, such as degraphql_routes. Plugins of your own may add others.',
    bad: 'custom_entities:\n- type: degraphql_route\n  fields: {}',
    good: 'custom_entities:\n- type: degraphql_routes\n  fields: {uri: /me, query: "query { viewer { login } }"}',
  },
  'vault/prefix': {
    severity: 'error',
    title: 'a prefix that is the name of a kind of vault',
    explanation: 'References could mean either. Choose another prefix.',
    bad: 'vaults:\n- {name: hcv, prefix: aws}',
    good: 'vaults:\n- {name: hcv, prefix: team-vault}',
  },
  'vault/unknown-kind': {
    severity: 'error',
    title: 'a kind of vault that Kong does not have',
    explanation:
      'Kong comes with env, file, fs, aws, azure, gcp, hcv, conjur and konnect. A kind that references in the file use may have been installed: that is a warning.',
    bad: 'vaults:\n- {name: hcp, prefix: team}',
    good: 'vaults:\n- {name: hcv, prefix: team}',
  },
};
