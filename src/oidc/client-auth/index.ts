import type { Clock } from '../../lib/clock.ts';
import type { Secret } from '../../lib/secret.ts';
import type { ProviderMetadata } from '../provider-metadata.ts';
import { ProviderConfigError } from '../errors.ts';
import type { AssertionKey } from './client-assertion.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import { ClientSecretBasic } from './client-secret-basic.ts';
import { ClientSecretJwt, type HmacAlgorithm } from './client-secret-jwt.ts';
import { ClientSecretPost } from './client-secret-post.ts';
import { NamedClient } from './named-client.ts';
import type { OwnMethod } from './own-method.ts';
import { PrivateKeyJwt } from './private-key-jwt.ts';

/** Methods that need no more than an id and a shared secret: what a caller's credential can be used with. */
export type ForwardedMethod = 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt';

const forwardedMethods: readonly ForwardedMethod[] = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'];

/**
 * How to authenticate a *caller's* client at the token endpoint.
 *
 * `configured` is `token_endpoint_auth_method`, else the first `client_auth`, else null. A method that needs a key or
 * a certificate cannot apply, since only a secret is at hand; signing as gw's own client instead would authenticate
 * the wrong party.
 */
export function effectiveMethod(configured: string | null, metadata: ProviderMetadata): ForwardedMethod {
  const asConfigured = forwardedMethods.find((method) => method === configured);
  if (asConfigured !== undefined) return asConfigured;
  const supported = metadata.tokenEndpointAuthMethods;
  if (supported === null) return 'client_secret_basic';
  // A key-bound method was configured: only the choice between basic and post remains.
  const choices = configured === null ? forwardedMethods : forwardedMethods.slice(0, 2);
  return choices.find((method) => supported.includes(method)) ?? 'client_secret_basic';
}

/** The authentication of a caller's client. `audience` is the provider's issuer identifier. */
export function forwardedClient(
  method: ForwardedMethod,
  clientId: string,
  secret: Secret,
  audience: string,
  clock: Clock,
): ClientAuthentication {
  switch (method) {
    case 'client_secret_basic':
      return new ClientSecretBasic(clientId, secret);
    case 'client_secret_post':
      return new ClientSecretPost(clientId, secret);
    case 'client_secret_jwt':
      return new ClientSecretJwt(clientId, secret, audience, clock);
  }
}

/** What a client of the gateway's own is known by. */
export interface OwnClientMaterial {
  readonly clientId: string;
  readonly secret: Secret | null;
  /** For `client_secret_jwt`. */
  readonly hmacAlgorithm: HmacAlgorithm;
  /** For `private_key_jwt`: the key to sign with, asked for each request. */
  readonly signer: () => Promise<AssertionKey>;
  /** The provider's issuer identifier. */
  readonly audience: string;
}

/**
 * The authentication of a client of the gateway's own. That the connection shows its certificate is the caller's part.
 *
 * @throws {ProviderConfigError} when the method needs a secret and there is none
 */
export function ownClient(method: OwnMethod, material: OwnClientMaterial, clock: Clock): ClientAuthentication {
  const { clientId, audience, signer, hmacAlgorithm } = material;
  switch (method) {
    case 'client_secret_basic':
      return new ClientSecretBasic(clientId, secretOf(material, method));
    case 'client_secret_post':
      return new ClientSecretPost(clientId, secretOf(material, method));
    case 'client_secret_jwt':
      return new ClientSecretJwt(clientId, secretOf(material, method), audience, clock, hmacAlgorithm);
    case 'private_key_jwt':
      return new PrivateKeyJwt(clientId, signer, audience, clock);
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
    case 'none':
      return new NamedClient(method, clientId);
  }
}

function secretOf({ clientId, secret }: OwnClientMaterial, method: OwnMethod): Secret {
  if (secret !== null) return secret;
  throw new ProviderConfigError(`the client "${clientId}" has no secret for "${method}"; set "client_secret"`);
}
