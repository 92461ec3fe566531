import { constants, randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { KeyPair, TlsPolicy } from './tls-policy.ts';

/** Node takes TLS 1.3 away from a context whose cipher list has none of its suites. */
const TLS13_SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';
/** Tickets of one listener and of one certificate are good for all others of this process. */
const ticketKeys = randomBytes(48);

/** What a server is told about TLS, but for its certificates. */
export function secureOptions(policy: TlsPolicy): SecureContextOptions {
  const { minVersion, maxVersion, ciphers } = policy;
  const list = maxVersion === 'TLSv1.3' ? `${TLS13_SUITES}:${ciphers ?? ''}` : ciphers;
  return {
    minVersion,
    maxVersion,
    ...(ciphers === null || list === null ? {} : { ciphers: list }),
    honorCipherOrder: policy.prefersServerCiphers,
    dhparam: 'auto',
    ticketKeys,
    sessionTimeout: Math.max(1, Math.round(policy.sessionTimeoutMs / 1000)),
    secureOptions: policy.hasSessionTickets ? 0 : constants.SSL_OP_NO_TICKET,
  };
}

/**
 * A context with a certificate, or with two of different key types among which the client's abilities decide.
 * @throws {Error} when OpenSSL refuses a certificate or key
 */
export function secureContext(pairs: readonly KeyPair[], policy: TlsPolicy): SecureContext {
  return createSecureContext({ ...secureOptions(policy), ...certificateOptions(pairs) });
}

/** The part of a server's options that says which certificates it has. */
export function certificateOptions(pairs: readonly KeyPair[]): Pick<SecureContextOptions, 'cert' | 'key'> {
  return { cert: pairs.map(({ cert }) => cert), key: pairs.map(({ key }) => key.reveal()) };
}
