import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import {
  checkServerIdentity,
  createSecureContext,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls';
import type { Certificate } from '../../entities/certificate.ts';
import type { Protocol } from '../../entities/entity.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { Service } from '../../entities/service.ts';
import type { Upstream } from '../../entities/upstream.ts';
import type { UpstreamTls } from '../settings.ts';
import { isTlsProtocol } from './service-address.ts';

/** How TLS connections to a peer are made. */
export interface PeerTls {
  readonly rejectUnauthorized: boolean;
  /** The authorities that are trusted and the certificate to show, always the same. @throws when they cannot be used */
  readonly context: () => SecureContext;
  readonly checkServerIdentity?: typeof checkServerIdentity;
  /** What the peer is asked for and must prove to be. */
  readonly servername?: string;
}

/** The same as `tls.connect` wants it. @throws when authorities or certificate cannot be used */
export function tlsOptions({
  context,
  ...options
}: PeerTls): Omit<PeerTls, 'context'> & { readonly secureContext: SecureContext } {
  return { ...options, secureContext: context() };
}

/** How a service wants its peers to be spoken to, whichever of them it is. */
export interface Transport {
  readonly protocol: Protocol;
  readonly connectTimeoutMs: number;
  /** `null` for connections in clear. */
  readonly tls: PeerTls | null;
  /** Equal for transports that are. Holds no secret in clear. */
  readonly key: string;
}

/**
 * The transport of a service. Certificates of upstreams are verified unless the service says `tls_verify: false`; its
 * own `ca_certificates` replace the system's, its client certificate comes before the upstream's and the gateway's.
 */
export function transportOf(
  service: Service,
  upstream: Upstream | null,
  entities: EntitySet,
  defaults: UpstreamTls,
): Transport {
  const { protocol, connect_timeout: connectTimeoutMs } = service;
  const base = `${protocol}|${connectTimeoutMs}`;
  if (!isTlsProtocol(protocol)) return { protocol, connectTimeoutMs, tls: null, key: base };
  const ca = authoritiesOf(service, entities) ?? defaults.trustedCertificates;
  const client = clientCertificateOf(service, upstream, entities, defaults);
  const verify = service.tls_verify !== false;
  const depth = service.tls_verify_depth;
  const identity = JSON.stringify([verify, depth, ca, client?.cert, client?.key]);
  return {
    protocol,
    connectTimeoutMs,
    tls: {
      rejectUnauthorized: verify,
      context: onFirstUse(() => createSecureContext({ ...(ca === null ? {} : { ca: [...ca] }), ...client })),
      ...(verify && depth !== null ? { checkServerIdentity: limitDepth(depth) } : {}),
    },
    key: `${base}|${createHash('sha256').update(identity).digest('base64')}`,
  };
}

/** The server name for a peer: its Host header without port; none for an address (RFC 6066 §3). */
export function serverNameOf(hostHeader: string): string | null {
  const name = hostHeader.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return isIP(name) === 0 && name !== '' ? name : null;
}

/** Reading the authorities of a machine takes tens of milliseconds: too long for each connection, or for a reload. */
function onFirstUse(create: () => SecureContext): () => SecureContext {
  let made: SecureContext | null = null;
  return () => (made ??= create());
}

function authoritiesOf(service: Service, entities: EntitySet): readonly string[] | null {
  const ids = service.ca_certificates;
  if (ids === null || ids.length === 0) return null;
  return entities.ca_certificates.filter(({ id }) => ids.includes(id)).map(({ cert }) => cert);
}

function clientCertificateOf(
  service: Service,
  upstream: Upstream | null,
  entities: EntitySet,
  defaults: UpstreamTls,
): Pick<Certificate, 'cert' | 'key'> | null {
  const id = service.client_certificate?.id ?? upstream?.client_certificate?.id;
  const entity = id === undefined ? undefined : entities.certificates.find((candidate) => candidate.id === id);
  if (entity !== undefined) return { cert: entity.cert, key: entity.key };
  const own = defaults.clientCertificate;
  return own === null ? null : { cert: own.cert, key: own.key.reveal() };
}

/** OpenSSL's meaning of a verification depth: intermediates between the certificate and its authority. */
function limitDepth(depth: number): typeof checkServerIdentity {
  return (hostname, certificate) => {
    const intermediates = chainLength(certificate) - 2;
    if (intermediates > depth) {
      return new Error(
        `the certificate of "${hostname}" has ${intermediates} intermediates, "tls_verify_depth" is ${depth}`,
      );
    }
    return checkServerIdentity(hostname, certificate);
  };
}

/** Certificates from the leaf to the authority; a self-signed one is its own issuer. */
function chainLength(leaf: PeerCertificate): number {
  let length = 1;
  let issuer = issuerOf(leaf);
  for (let current: PeerCertificate = leaf; issuer !== undefined && issuer !== current; length++) {
    current = issuer;
    issuer = issuerOf(issuer);
  }
  return length;
}

/** Node hands the whole chain to the check; a chain without its authority ends early. */
function issuerOf(certificate: PeerCertificate): PeerCertificate | undefined {
  return (certificate as Partial<DetailedPeerCertificate>).issuerCertificate;
}
