import type { AuthMethod } from './auth-method.ts';
import { ClientCredentials } from './auth-methods/client-credentials.ts';
import { Password } from './auth-methods/password.ts';
import { PasswordOrClient } from './auth-methods/password-or-client.ts';
import { RefreshToken } from './auth-methods/refresh-token.ts';
import type { GrantsSettings } from './grant-settings.ts';
import type { OwnClients } from './own-clients.ts';
import { RefreshChain } from './refresh-chain.ts';
import { TokenGrant, type TokenGrantParts } from './token-grant.ts';

/** The methods that exchange a credential for a token, as far as they are enabled, in Kong's order. */
export function grantMethods(parts: TokenGrantParts, grants: GrantsSettings, clients: OwnClients): AuthMethod[] {
  const { issuer, cache, lifetimes, clock, salt } = parts;
  const { authMethod } = parts.settings;
  const methods: AuthMethod[] = [];
  const { refreshToken, refreshTokenName: parameter } = grants;
  if (refreshToken.places.length > 0 && parameter !== null) {
    const grant = new TokenGrant(parts, refreshToken);
    const chain = new RefreshChain({ grant, cache, lifetimes, clock });
    methods.push(new RefreshToken({ grant, clients, chain, parameter }));
  }
  const password = new Password(new TokenGrant(parts, grants.password), clients);
  const grant = new TokenGrant(parts, grants.clientCredentials);
  const clientCredentials = new ClientCredentials({ grant, issuer, authMethod, clock });
  const both = [grants.password, grants.clientCredentials];
  if (both.every(({ places }) => places.includes('header'))) {
    methods.push(new PasswordOrClient({ password, clientCredentials, salt, clock }));
  }
  if (grants.password.places.length > 0) methods.push(password);
  if (grants.clientCredentials.places.length > 0) methods.push(clientCredentials);
  return methods;
}
