import type { NameValuePairs } from '../../oidc/grants/client-credentials.ts';
import type { OpenidConnectConfig } from './config.ts';
import { pairs } from './token-settings.ts';

/** What is asked of the provider about a token, apart from the token. */
interface LookupSettings {
  /** Whether it is a way for callers to authenticate. */
  readonly isMethod: boolean;
  /** Whether what another method proved is looked up, too. */
  readonly isAfterMethods: boolean;
  /** Media type asked for. */
  readonly accept: string;
  readonly args: NameValuePairs;
  readonly headers: NameValuePairs;
  /** Names of arguments and headers taken over from the caller. */
  readonly callerArgs: readonly string[];
  readonly callerHeaders: readonly string[];
  /** Whether equal tokens get equal answers for a while: kept, and nothing of the caller's goes along. */
  readonly isDecidedByToken: boolean;
  readonly isCached: boolean;
  readonly timeoutMs: number;
  readonly sslVerify: boolean;
}

/** What an introspection request of a configured instance says. `isAfterMethods` is about `bearer` alone. */
export interface IntrospectionSettings extends LookupSettings {
  readonly tokenParameter: string;
  /** `token_type_hint`; null sends none. */
  readonly hint: string | null;
  /** Headers of the caller that are sent as arguments. */
  readonly callerHeaderArgs: readonly string[];
  /** Whether a token that is not active is refused. */
  readonly checksActive: boolean;
}

/** What a userinfo request of a configured instance says; `args` stand in the query. */
export type UserInfoSettings = LookupSettings;

/** Decides once what every introspection request has in common. */
export function introspectionSettings(config: OpenidConnectConfig): IntrospectionSettings {
  const hint = config.introspection_hint ?? '';
  const isCached = config.cache_introspection ?? true;
  const callerArgs = config.introspection_post_args_client ?? [];
  const callerHeaders = config.introspection_headers_client ?? [];
  const callerHeaderArgs = config.introspection_post_args_client_headers ?? [];
  // Own clients ask; without one there is nobody to ask as.
  const hasClient = (config.client_id ?? []).length > 0;
  const isListed = config.auth_methods?.includes('introspection') ?? false;
  return {
    isMethod: isListed && hasClient,
    isAfterMethods: config.introspect_jwt_tokens ?? false,
    accept: config.introspection_accept ?? 'application/json',
    args: pairs(config.introspection_post_args_names, config.introspection_post_args_values),
    headers: pairs(config.introspection_headers_names, config.introspection_headers_values),
    callerArgs,
    callerHeaders,
    isDecidedByToken: isCached && callerArgs.length + callerHeaders.length + callerHeaderArgs.length === 0,
    isCached,
    ...transport(config),
    tokenParameter: config.introspection_token_param_name ?? 'token',
    hint: hint === '' ? null : hint,
    callerHeaderArgs,
    checksActive: config.introspection_check_active ?? true,
  };
}

/** Decides once what every userinfo request has in common. */
export function userInfoSettings(config: OpenidConnectConfig): UserInfoSettings {
  const isCached = config.cache_user_info ?? true;
  const callerArgs = config.userinfo_query_args_client ?? [];
  const callerHeaders = config.userinfo_headers_client ?? [];
  const headers = [
    ...[config.upstream_user_info_header, config.upstream_user_info_jwt_header],
    ...[config.downstream_user_info_header, config.downstream_user_info_jwt_header],
  ];
  return {
    isMethod: config.auth_methods?.includes('userinfo') ?? false,
    isAfterMethods: (config.search_user_info ?? false) || headers.some((name) => (name ?? '') !== ''),
    accept: config.userinfo_accept ?? 'application/json',
    args: pairs(config.userinfo_query_args_names, config.userinfo_query_args_values),
    headers: pairs(config.userinfo_headers_names, config.userinfo_headers_values),
    callerArgs,
    callerHeaders,
    isDecidedByToken: isCached && callerArgs.length + callerHeaders.length === 0,
    isCached,
    ...transport(config),
  };
}

function transport(config: OpenidConnectConfig): Pick<LookupSettings, 'timeoutMs' | 'sslVerify'> {
  return { timeoutMs: config.timeout ?? 10_000, sslVerify: config.ssl_verify ?? true };
}
