import { call } from './call.ts';
import type { Keycloak } from './keycloak.ts';

/** A client of the realm that callers use. */
export interface RealmClient {
  readonly id: string;
  readonly secret: string;
  /** Both, as for `curl --user`. */
  readonly user: string;
}

function client(id: string, secret: string): RealmClient {
  return { id, secret, user: `${id}:${secret}` };
}

const sharedSecret = 'cf4c655a-0622-4ce6-a0de-d3353ef0b714';

export const service: RealmClient = client('service', sharedSecret);
/** Gets tokens over mTLS only, bound to its certificate. Its secret is that of `service`. */
export const certBound: RealmClient = client('cert-bound', sharedSecret);
/** Gets tokens with a DPoP proof only, bound to its key. */
export const dpopBound: RealmClient = client('client-dpop-auth', '7d1e0c52-9a3b-4c76-8f0e-2b5a6d934e11');
/** The one user of the realm. */
export const john = 'john:doe';

/** What a token endpoint answered. */
export interface Tokens {
  readonly access_token: string;
  readonly token_type: string;
  readonly refresh_token?: string;
}

/** Asks a token endpoint as callers do for themselves. @throws when it refuses */
export async function tokensFrom(endpoint: string, options: Parameters<typeof call>[1]): Promise<Tokens> {
  const answer = await call(endpoint, options);
  if (answer.status !== 200) throw new Error(`the token endpoint answered ${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text) as Tokens;
}

/** A token of `service`, got without the gateway. */
export async function serviceToken({ issuer }: Keycloak): Promise<string> {
  const body = { grant_type: 'client_credentials' };
  return (await tokensFrom(tokenEndpoint(issuer), { user: service.user, body })).access_token;
}

/** A token of john's for Keycloak's own command line client, whose audience is not the gateway. */
export async function foreignToken({ issuer }: Keycloak): Promise<string> {
  const body = { grant_type: 'password', client_id: 'admin-cli', username: 'john', password: 'doe', scope: 'openid' };
  return (await tokensFrom(tokenEndpoint(issuer), { body })).access_token;
}

function tokenEndpoint(issuer: string): string {
  return `${issuer}/protocol/openid-connect/token`;
}
