import type { SecureContext } from 'node:tls';
import type { Certificate } from '../../entities/certificate.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import { Secret } from '../../lib/secret.ts';
import { secureContext } from './secure-context.ts';
import type { KeyPair, TlsPolicy } from './tls-policy.ts';

/** Certificates that are served together, one for each type of key. The object stays the same while they do. */
export interface ServedCertificate {
  readonly pairs: readonly KeyPair[];
  readonly context: SecureContext;
}

interface Served extends ServedCertificate {
  readonly certificate: Certificate;
}

/** OpenSSL refuses a certificate or key that is well-formed: a key too short for its security level, for example. */
export class CertificateError extends Error {}

/** Kong's name for "any server name". */
const ANY = '*';

/**
 * The certificates of a config by server name. Everything is read and checked when it is built, so that a handshake
 * is a look-up in a map.
 */
export class CertificateTable {
  readonly #byName = new Map<string, ServedCertificate>();
  readonly #byId = new Map<string, Served>();
  readonly #unread = new Set<string>();

  /**
   * @param previous the table of the config before: its contexts are kept where nothing changed
   * @throws {CertificateError} naming the certificate that cannot be served
   */
  constructor(
    { certificates, snis }: Pick<EntitySet, 'certificates' | 'snis'>,
    policy: TlsPolicy,
    previous: CertificateTable | null,
  ) {
    const known = new Map(certificates.map((certificate) => [certificate.id, certificate]));
    for (const sni of snis) {
      const certificate = known.get(sni.certificate.id);
      if (certificate === undefined) continue;
      if (isReference(certificate)) this.#unread.add(certificate.id);
      else this.#byName.set(normalName(sni.name), this.#serve(certificate, policy, previous));
    }
  }

  /** Ids of certificates that are not served, since they are references into a vault. */
  get unread(): readonly string[] {
    return [...this.#unread];
  }

  /**
   * What to serve to a client that asks for a name: as in Kong, the name itself, then `*` for its first label, then
   * `*` for its last one, then the certificate for any name. `null`: the default certificate of the listener, as for
   * clients that name none.
   */
  certificateFor(serverName: string | null): ServedCertificate | null {
    if (this.#byName.size === 0 || serverName === null) return null;
    const name = normalName(serverName);
    return (
      this.#byName.get(name) ??
      this.#byName.get(withoutFirstLabel(name)) ??
      this.#byName.get(withoutLastLabel(name)) ??
      this.#byName.get(ANY) ??
      null
    );
  }

  /** The context of {@link CertificateTable.certificateFor}. */
  contextFor(serverName: string): SecureContext | null {
    return this.certificateFor(serverName)?.context ?? null;
  }

  #serve(certificate: Certificate, policy: TlsPolicy, previous: CertificateTable | null): ServedCertificate {
    const before = previous === null ? undefined : previous.#byId.get(certificate.id);
    const known = this.#byId.get(certificate.id) ?? before;
    const served = known !== undefined && isSame(known.certificate, certificate) ? known : build(certificate, policy);
    this.#byId.set(certificate.id, served);
    return served;
  }
}

function build(certificate: Certificate, policy: TlsPolicy): Served {
  try {
    return { certificate, ...serve(pairsOf(certificate), policy) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CertificateError(`certificate "${certificate.id}" cannot be served: ${reason}`, { cause });
  }
}

/** @throws {Error} when OpenSSL refuses a certificate or key */
export function serve(pairs: readonly KeyPair[], policy: TlsPolicy): ServedCertificate {
  return { pairs, context: secureContext(pairs, policy) };
}

function pairsOf({ cert, key, cert_alt: otherCert, key_alt: otherKey }: Certificate): readonly KeyPair[] {
  const first = { cert, key: new Secret(key) };
  const hasOther = otherCert !== undefined && otherCert !== null && otherKey !== undefined && otherKey !== null;
  return hasOther ? [first, { cert: otherCert, key: new Secret(otherKey) }] : [first];
}

function isSame(a: Certificate, b: Certificate): boolean {
  return a.cert === b.cert && a.key === b.key && a.cert_alt === b.cert_alt && a.key_alt === b.key_alt;
}

function isReference({ cert, key }: Certificate): boolean {
  return cert.startsWith('{vault://') || key.startsWith('{vault://');
}

/** Names of hosts know no case, and a dot at the end means the same name. */
function normalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/** `*.b.org` for `a.b.org`; a name of two labels has no such form. */
function withoutFirstLabel(name: string): string {
  const dot = name.indexOf('.');
  return dot > 0 && name.includes('.', dot + 1) ? `*${name.slice(dot)}` : name;
}

/** `a.b.*` for `a.b.org`. */
function withoutLastLabel(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}.*` : name;
}
