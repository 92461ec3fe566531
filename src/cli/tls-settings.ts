import { parseCertificates, parsePrivateKeys, parseTrusted } from './pem-values.ts';
import { parseTime } from './nginx-values.ts';
import { kong, secret } from './setting-definition.ts';
import { parseBoolean, parseChoice, parseOptionalText } from './setting-parsers.ts';
import { parseProtocols } from './tls-suites.ts';

/** Settings about TLS, on listeners and towards upstreams. */
export const tlsSettings = {
  ssl_cert: kong(
    '',
    parseCertificates,
    'certificates for server names that the config has none for: paths, PEM or base64, a comma list; one is made at start when empty',
  ),
  ssl_cert_key: secret(kong('', parsePrivateKeys, 'their private keys, in the same order')),
  ssl_cipher_suite: kong(
    'intermediate',
    parseChoice('modern', 'intermediate', 'old', 'fips', 'custom'),
    '`modern`, `intermediate`, `old`, `fips`, or `custom` for the three settings below',
  ),
  ssl_protocols: kong('TLSv1.2 TLSv1.3', parseProtocols, 'TLS versions of a `custom` suite'),
  ssl_ciphers: kong(
    '',
    parseOptionalText,
    "ciphers of a `custom` suite, as OpenSSL writes them; OpenSSL's own when empty",
  ),
  ssl_prefer_server_ciphers: kong('on', parseBoolean, "whether the order of a `custom` suite's ciphers decides"),
  ssl_session_tickets: kong('on', parseBoolean, 'let clients resume TLS sessions by ticket'),
  ssl_session_timeout: kong('1d', parseTime, 'how long a TLS session may be resumed'),
  admin_ssl_cert: kong(
    '',
    parseCertificates,
    'certificates of the Admin API where it listens with `ssl`; one is made at start when empty',
  ),
  admin_ssl_cert_key: secret(kong('', parsePrivateKeys, 'their private keys, in the same order')),
  client_ssl: kong('off', parseBoolean, 'show `client_ssl_cert` to upstreams that ask for a certificate'),
  client_ssl_cert: kong('', parseCertificates, 'that certificate, where a service names none of its own'),
  client_ssl_cert_key: secret(kong('', parsePrivateKeys, 'its private key')),
  lua_ssl_trusted_certificate: kong(
    'system',
    parseTrusted,
    'authorities that certificates of upstreams and identity providers are verified against: paths, PEM or base64, and `system` for those of the machine',
  ),
} as const;
