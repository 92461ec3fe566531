import type { EntityRef } from './entity.ts';

/** A certificate chain with its private key, PEM; the second pair is of the other kind of key (RSA and ECDSA). */
export interface Certificate {
  readonly id: string;
  readonly cert: string;
  readonly key: string;
  readonly cert_alt?: string | null;
  readonly key_alt?: string | null;
  readonly tags?: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A server name, perhaps with `*` at one end, and the certificate it is served with. */
export interface Sni {
  readonly id: string;
  readonly name: string;
  readonly certificate: EntityRef;
  readonly tags?: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A certificate authority that the gateway trusts where it is named, PEM. */
export interface CaCertificate {
  readonly id: string;
  readonly cert: string;
  readonly cert_digest?: string | null;
  readonly tags?: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}
