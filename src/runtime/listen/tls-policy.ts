import type { SecureVersion } from 'node:tls';
import type { Secret } from '../../lib/secret.ts';

/** A certificate chain and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: Secret;
}

/** How TLS is spoken with clients, whatever the certificate. */
export interface TlsPolicy {
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  /** OpenSSL's cipher list for TLS 1.2 and older; `null` for OpenSSL's own. */
  readonly ciphers: string | null;
  readonly prefersServerCiphers: boolean;
  readonly hasSessionTickets: boolean;
  /** How long a session may be resumed. */
  readonly sessionTimeoutMs: number;
}

/** Mozilla's "intermediate" suite (version 5.7), Kong's default `ssl_cipher_suite`. */
export const INTERMEDIATE_CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'DHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-CHACHA20-POLY1305',
].join(':');

/** Kong's defaults. */
export const defaultTlsPolicy: TlsPolicy = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: INTERMEDIATE_CIPHERS,
  prefersServerCiphers: false,
  hasSessionTickets: true,
  sessionTimeoutMs: 86_400_000,
};
