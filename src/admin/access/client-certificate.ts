import { constants, randomBytes } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, type PeerCertificate, TLSSocket } from 'node:tls';

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

/** Certificates between this one and the authority at the end of its chain, which is its own issuer. */
function intermediates(leaf: PeerCertificate): number {
  let count = -1;
  let current = leaf;
  for (let issuer = issuerOf(current); issuer !== undefined && issuer !== current; issuer = issuerOf(current)) {
    count += 1;
    current = issuer;
  }
  return count;
}

function issuerOf(certificate: PeerCertificate): PeerCertificate | undefined {
  return (certificate as Partial<DetailedPeerCertificate>).issuerCertificate;
}
