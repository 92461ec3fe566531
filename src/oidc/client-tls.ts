import { createHash } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Secret } from '../lib/secret.ts';

/** The certificate a client of the gateway's own shows to the provider (RFC 8705 §2), and how the provider is checked. */
export class ClientTls {
  readonly context: SecureContext;
  /** Whether the certificate of the *provider* must be good. */
  readonly sslVerify: boolean;
  /** Equal for what may share connections; holds nothing of the private key. */
  readonly digest: string;

  /**
   * @param cert PEM, the leaf first
   * @param trusted PEM authorities that the provider's certificate is verified against; null: those of Node
   * @throws {Error} when certificate and key cannot be read or do not belong together
   */
  constructor(cert: string, key: Secret, sslVerify: boolean, trusted: readonly string[] | null = null) {
    const ca = trusted === null ? {} : { ca: [...trusted] };
    this.context = createSecureContext({ cert, key: key.reveal(), ...ca });
    this.sslVerify = sslVerify;
    this.digest = createHash('sha256').update(`${sslVerify}\n${cert}`).digest('base64url');
  }
}
