import { IdentityProviderError, TokenInvalid, TokenRequestRejected } from '../../oidc/errors.ts';
import type { Refusal } from './responses.ts';

/** Our phrase for each error code of RFC 6749 §5.2 and RFC 8707; another party's words are not repeated. */
const phrases: Readonly<Record<string, string>> = {
  invalid_client: 'client authentication failed',
  invalid_grant: 'the grant was not accepted',
  invalid_request: 'the token request was not accepted',
  invalid_scope: 'the scope was not accepted',
  invalid_target: 'the audience or resource was not accepted',
  // Keycloak says this of a wrong secret, too.
  unauthorized_client: 'the client may not use this grant, or its secret is wrong',
};

/** The refusal for an identity provider's definite "no". */
export function rejection(oauthError: string | null, clientId: string | null): Refusal {
  const known = oauthError !== null && Object.hasOwn(phrases, oauthError) ? phrases[oauthError] : undefined;
  return { kind: 'bad-client', reason: known ?? 'the token request was refused', ...named(clientId) };
}

/** The refusal for what an attempt threw. */
export function refusalFor(error: unknown, clientId: string | null): Refusal {
  if (error instanceof TokenRequestRejected) return rejection(error.oauthError, clientId);
  if (error instanceof TokenInvalid) return { kind: 'bad-token', reason: error.reason, ...named(clientId) };
  if (error instanceof IdentityProviderError) {
    return { kind: 'unavailable', reason: error.reason, ...named(clientId), cause: error };
  }
  return {
    kind: 'unexpected',
    reason: 'the gateway or identity provider is misconfigured',
    ...named(clientId),
    cause: error,
  };
}

function named(clientId: string | null): Pick<Refusal, 'clientId'> {
  return clientId === null ? {} : { clientId };
}
