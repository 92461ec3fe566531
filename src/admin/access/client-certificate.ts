import { constants, randomBytes } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, type PeerCertificate, TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';

/** How callers show who they are over TLS: nginx's `ssl_verify_client` and what belongs to it. */
export interface ClientCertificatePolicy {
  /** `optional` takes a caller without a certificate, but none with a bad one. */
  readonly mode: 'on' | 'optional';
  /** Authorities that certificates are verified against, in PEM form; no others count. */
  readonly authorities: readonly string[];
  /** Most certificates between that of a caller and its authority, as nginx counts them. */
  readonly depth: number;
}

/** The part of a TLS server's options that asks callers for a certificate. */
export function clientCertificateOptions(policy: ClientCertificatePolicy): ServerOptions {
  return {
    requestCert: true,
    // As in nginx, the refusal is an answer that says why; see `judgeCertificate`.
    rejectUnauthorized: false,
    ca: [...policy.authorities],
    // A session that began elsewhere, where other authorities count or none, must not be resumed here.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ticketKeys: randomBytes(48),
    sessionIdContext: randomBytes(16).toString('hex'),
  };
}

/** Why a caller on this connection is refused, in nginx's words; `null` when it is not. */
export function judgeCertificate(socket: Socket, policy: ClientCertificatePolicy): string | null {
  if (!(socket instanceof TLSSocket)) return null;
  const leaf = socket.getPeerCertificate(true);
  if (Object.keys(leaf).length === 0) return policy.mode === 'on' ? 'No required SSL certificate was sent' : null;
  const isGood = socket.authorized && !socket.isSessionReused() && intermediates(leaf) <= policy.depth;
  return isGood ? null : 'The SSL certificate error';
}

/**
 * Certificates between this one and its authority, which has issued itself. Node 24 does not show what else a caller has
 * sent: there a chain that does not end with its authority counts as one, the least that it can have.
 */
function intermediates(leaf: PeerCertificate): number {
  const chain = new Set<PeerCertificate>([leaf]);
  // The set grows while it is walked, and a chain that leads back into itself ends it.
  for (const certificate of chain) {
    const issuer = (certificate as Partial<DetailedPeerCertificate>).issuerCertificate;
    if (issuer !== undefined) chain.add(issuer);
  }
  const issued = [...chain].filter(({ subject, issuer }) => !isDeepStrictEqual(subject, issuer)).length;
  return issued === chain.size ? Math.max(1, issued - 1) : Math.max(0, issued - 1);
}
