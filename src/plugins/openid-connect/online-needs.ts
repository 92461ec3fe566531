import type { EndpointName } from '../../oidc/provider-metadata.ts';
import type { CompiledConfig } from './compile-config.ts';
import type { OpenidConnectConfig } from './config.ts';
import type { AuthMethod as AuthMethodName } from './implemented-fields.ts';

/** Something that a config makes gw do at the provider. */
export interface OnlineNeed {
  /** The value of `auth_methods` behind it, else the field that asks for it. */
  readonly by: AuthMethodName | 'token_exchange' | 'introspect_jwt_tokens' | 'search_user_info';
  readonly endpoint: Extract<EndpointName, 'token_endpoint' | 'introspection_endpoint' | 'userinfo_endpoint'>;
  /** `grant_type` of the token request; null at other endpoints. */
  readonly grant: string | null;
  /** Which client shows itself there: the caller's, one of the gateway's own, or none. */
  readonly client: 'forwarded' | 'own' | null;
}

/**
 * What a config needs of its provider. Of the methods, those that are run and that the author listed; when none are
 * listed all are on, which nobody means, and client credentials stand for them.
 */
export function onlineNeeds(config: OpenidConnectConfig, isListed: boolean, compiled: CompiledConfig): OnlineNeed[] {
  const { grants, introspection, userInfo, tokenExchange, bearer } = compiled;
  const needs: OnlineNeed[] = [];
  const token = (by: OnlineNeed['by'], grant: string, client: OnlineNeed['client'] = 'own'): void => {
    needs.push({ by, endpoint: 'token_endpoint', grant, client });
  };
  if (grants.clientCredentials.places.length > 0) token('client_credentials', 'client_credentials', 'forwarded');
  if (!isListed) return needs;
  const hasClient = (config.client_id ?? []).length > 0;
  if (grants.password.places.length > 0 && hasClient) token('password', 'password');
  if (grants.refreshToken.places.length > 0 && grants.refreshTokenName !== null && hasClient) {
    token('refresh_token', 'refresh_token');
  }
  if (bearer !== null && tokenExchange?.endpoint === null) {
    token('token_exchange', 'urn:ietf:params:oauth:grant-type:token-exchange');
  }
  const asks = bearer !== null && introspection.isAfterMethods && hasClient ? 'introspect_jwt_tokens' : null;
  const introspects = introspection.isMethod ? 'introspection' : asks;
  if (introspects !== null) {
    needs.push({ by: introspects, endpoint: 'introspection_endpoint', grant: null, client: 'own' });
  }
  const userInfos = userInfo.isMethod ? 'userinfo' : userInfo.isAfterMethods ? 'search_user_info' : null;
  if (userInfos !== null) needs.push({ by: userInfos, endpoint: 'userinfo_endpoint', grant: null, client: null });
  return needs;
}
