import { DpopNonces } from '../../../oidc/dpop-nonces.ts';
import type { EntitySet } from '../../../entities/entity-set.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../pdk/log.ts';
import type { BearerTokenSettings } from '../bearer-token.ts';
import type { OpenidConnectConfig } from '../config.ts';
import { realmOf } from '../responses.ts';
import { HeaderCertificates } from './header-certificate.ts';
import { PossessionChallenges } from './possession-challenges.ts';
import type { PossessionSettings } from './possession-settings.ts';
import { ProofOfPossession } from './proof-of-possession.ts';
import type { UsedProofs } from './used-proofs.ts';

/** What is at hand where an instance is put together. */
export interface PossessionContext {
  readonly tokens: BearerTokenSettings;
  readonly entities: EntitySet;
  /** What nodes share that run this config, or what this process alone knows: nonces are made with it. */
  readonly salt: string;
  readonly usedProofs: UsedProofs;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Null when the config asks for no proof. */
export function createProofOfPossession(
  config: OpenidConnectConfig,
  settings: PossessionSettings | null,
  { tokens, entities, salt, usedProofs, clock, log }: PossessionContext,
): ProofOfPossession | null {
  if (settings === null) return null;
  const { fromHeader, dpop, usesNonces } = settings;
  const headerCertificates =
    fromHeader === null ? null : new HeaderCertificates(fromHeader, entities.ca_certificates, clock);
  if (fromHeader !== null && headerCertificates?.authorityCount !== new Set(fromHeader.authorities).size) {
    const fields = { plugin: 'openid-connect', ca_certificates: fromHeader.authorities };
    log.warn(fields, 'some CA certificates for certificates from a header are not in the config or cannot be read');
  }
  return new ProofOfPossession({
    settings,
    tokens,
    headerCertificates,
    nonces: usesNonces ? new DpopNonces(salt) : null,
    usedProofs,
    challenges: new PossessionChallenges(realmOf(config.issuer), config.expose_error_code ?? true, dpop),
    clock,
  });
}
