import type { EndpointName, ProviderMetadata } from '../provider-metadata.ts';

/** All ways in which a client of the gateway's own can authenticate. */
export type OwnMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none';

/** All of {@link OwnMethod}, and what each needs. */
const needs: Readonly<Record<OwnMethod, 'secret' | 'key' | 'certificate' | null>> = {
  client_secret_basic: 'secret',
  client_secret_post: 'secret',
  client_secret_jwt: 'secret',
  private_key_jwt: 'key',
  tls_client_auth: 'certificate',
  self_signed_tls_client_auth: 'certificate',
  none: null,
};

/** What a client has to prove itself with. */
export interface ClientMeans {
  readonly secret: boolean;
  /** A private key of its own. */
  readonly key: boolean;
  readonly certificate: boolean;
}

/**
 * The method at an endpoint: as configured, else the first in the order above that the provider announces and the
 * client has the means for. Without an announcement a client with a secret uses basic (RFC 8414 §2).
 *
 * @param configured for this endpoint, else for this client; `null` when neither is
 */
export function ownMethod(
  configured: string | null,
  endpoint: EndpointName,
  metadata: ProviderMetadata,
  means: ClientMeans,
): OwnMethod {
  const methods = Object.keys(needs) as OwnMethod[];
  const asConfigured = methods.find((method) => method === configured);
  if (asConfigured !== undefined) return asConfigured;
  const supported = metadata.otherAuthMethods?.[endpoint] ?? metadata.tokenEndpointAuthMethods;
  const possible = methods.filter((method) => {
    const need = needs[method];
    return need === null || means[need];
  });
  // Public clients are rarely announced, but it is all that is left for one that has nothing.
  return possible.find((method) => supported?.includes(method) === true) ?? possible[0] ?? 'none';
}

/** Whether the method rests on the certificate that the connection shows. */
export function usesCertificate(method: OwnMethod): boolean {
  return needs[method] === 'certificate';
}
