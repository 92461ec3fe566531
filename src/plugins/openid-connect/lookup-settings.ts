import type { NameValuePairs } from '../../oidc/grants/client-credentials.ts';
import { pairs } from './compile-config.ts';
import type { OpenidConnectConfig } from './config.ts';

/** What is asked of the provider about a token, apart from the token. */
interface LookupSettings {
  /** Media type asked for. */
  readonly accept: string;
  readonly args: NameValuePairs;
  readonly headers: NameValuePairs;
  /** Names of arguments and headers taken over from the caller. */
  readonly callerArgs: readonly string[];
  readonly callerHeaders: readonly string[];
  readonly isCached: boolean;
  readonly timeoutMs: number;
  readonly sslVerify: boolean;
}

/** What an introspection request of a configured instance says. */
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
  return {
    ...transport(config),
    accept: config.introspection_accept ?? 'application/json',
    args: pairs(config.introspection_post_args_names, config.introspection_post_args_values),
    headers: pairs(config.introspection_headers_names, config.introspection_headers_values),
    callerArgs: config.introspection_post_args_client ?? [],
    callerHeaders: config.introspection_headers_client ?? [],
    isCached: config.cache_introspection ?? true,
    tokenParameter: config.introspection_token_param_name ?? 'token',
    hint: hint === '' ? null : hint,
    callerHeaderArgs: config.introspection_post_args_client_headers ?? [],
    checksActive: config.introspection_check_active ?? true,
  };
}

/** Decides once what every userinfo request has in common. */
export function userInfoSettings(config: OpenidConnectConfig): UserInfoSettings {
  return {
    ...transport(config),
    accept: config.userinfo_accept ?? 'application/json',
    args: pairs(config.userinfo_query_args_names, config.userinfo_query_args_values),
    headers: pairs(config.userinfo_headers_names, config.userinfo_headers_values),
    callerArgs: config.userinfo_query_args_client ?? [],
    callerHeaders: config.userinfo_headers_client ?? [],
    isCached: config.cache_user_info ?? true,
  };
}

function transport(config: OpenidConnectConfig): Pick<LookupSettings, 'timeoutMs' | 'sslVerify'> {
  return { timeoutMs: config.timeout ?? 10_000, sslVerify: config.ssl_verify ?? true };
}
