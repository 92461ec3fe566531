import type { OpenidConnectConfig } from '../config.ts';
import { type HeaderCertificateSettings, headerCertificateSettings } from './header-certificate.ts';

/** Whether tokens are held to their binding: never, those that have one, or all, which must then have one. */
export type PossessionMode = 'off' | 'optional' | 'strict';

/** What proves that a caller may use a token (RFC 8705, RFC 9449), decided once. */
export interface PossessionSettings {
  readonly mtls: PossessionMode;
  readonly dpop: PossessionMode;
  /** Null: certificates of callers are those of their connections. */
  readonly fromHeader: HeaderCertificateSettings | null;
  readonly proofLifetimeSeconds: number;
  readonly leewaySeconds: number;
  readonly usesNonces: boolean;
}

/** Null when nothing is to be proved, and no certificate to be kept from the upstream. */
export function possessionSettings(config: OpenidConnectConfig): PossessionSettings | null {
  const mtls = config.proof_of_possession_mtls ?? 'off';
  const dpop = config.proof_of_possession_dpop ?? 'off';
  const fromHeader = headerCertificateSettings(config.proof_of_possession_mtls_from_header ?? null);
  if (mtls === 'off' && dpop === 'off' && fromHeader === null) return null;
  return {
    mtls,
    dpop,
    fromHeader,
    proofLifetimeSeconds: config.dpop_proof_lifetime ?? 300,
    leewaySeconds: config.leeway ?? 0,
    usesNonces: config.dpop_use_nonce ?? false,
  };
}

/** Whether callers must be asked for their certificate in the TLS handshake. */
export function looksAtConnection(config: OpenidConnectConfig): boolean {
  const isOn = (config.proof_of_possession_mtls ?? 'off') !== 'off';
  return isOn && (config.proof_of_possession_mtls_from_header ?? null) === null;
}
