import type { RunKind } from '../../entities/kinds.ts';
import type { OpenidConnectConfig } from './config.ts';

/** The kinds of entities that an instance looks up: what its config names, or a token may name. */
export function lookedAtKinds(config: OpenidConnectConfig): readonly RunKind[] {
  const kinds: RunKind[] = [];
  const mapsConsumers = isSet(config.consumer_claim) || isSet(config.consumer_claims);
  if (mapsConsumers || isSet(config.anonymous)) kinds.push('consumers');
  if (isSet(config.consumer_groups_claim)) kinds.push('consumer_groups');
  if (isSet(config.tls_client_auth_cert_id)) kinds.push('certificates');
  if (isSet(config.proof_of_possession_mtls_from_header)) kinds.push('ca_certificates');
  return kinds;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
