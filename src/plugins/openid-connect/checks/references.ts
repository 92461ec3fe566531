import { isJsonObject, type JsonPath } from '../../../lib/json.ts';
import { type CheckContext, isReference } from './context.ts';

/**
 * Entities that the config names. Kong looks for them when a request comes in, not when it loads the config: they may
 * be made later, so a missing one is a warning.
 */
export function checkReferences(context: CheckContext): void {
  const { entities, fields } = context;
  if (entities === null || entities.isPartial) return;
  const { anonymous, tls_client_auth_cert_id: certificate, proof_of_possession_mtls_from_header: header } = fields;
  if (isNamed(anonymous) && !entities.consumer(anonymous)) {
    missing(context, ['anonymous'], `there is no consumer "${anonymous}"`, 'requests without credentials get 500');
  }
  if (isNamed(certificate) && !entities.certificate(certificate)) {
    missing(context, ['tls_client_auth_cert_id'], `there is no certificate "${certificate}"`);
  }
  const authorities = isJsonObject(header) ? header.ca_certificates : null;
  if (!Array.isArray(authorities)) return;
  for (const [at, id] of authorities.entries()) {
    if (!isNamed(id) || entities.caCertificate(id)) continue;
    const path = ['proof_of_possession_mtls_from_header', 'ca_certificates', at];
    missing(context, path, `there is no CA certificate "${id}"`);
  }
}

function missing(context: CheckContext, path: JsonPath, what: string, consequence?: string): void {
  const message = consequence === undefined ? `${what} in the config` : `${what} in the config: ${consequence}`;
  context.warning(path, 'openid-connect/reference', message, 'it must be in the config, by its id');
}

function isNamed(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !isReference(value);
}
