import type { JsonObject } from '../../lib/json.ts';
import type { AuthMethod } from './implemented-fields.ts';

/** Places where the caller may put client id and secret. */
export type CredentialPlace = 'header' | 'query' | 'body';

/** Consumer fields a claim can be compared with. */
export type ConsumerField = 'id' | 'username' | 'custom_id';

/** A claim that is sent on as a header; `path` walks one key per element. */
export interface ClaimHeader {
  readonly header: string;
  readonly path: readonly string[];
}

/** Which tokens of the provider's own are exchanged. */
export interface TokenExchangeConditions {
  readonly has_audience?: Maybe<Texts>;
  readonly has_scopes?: Maybe<Texts>;
  readonly missing_audience?: Maybe<Texts>;
  readonly missing_scopes?: Maybe<Texts>;
}

/** How tokens that callers bring are exchanged for others (RFC 8693). */
export interface TokenExchangeConfig {
  readonly cache?: Maybe<{ readonly enabled?: Maybe<boolean>; readonly ttl?: Maybe<number> }>;
  readonly request?: Maybe<{
    readonly audience?: Maybe<Texts>;
    readonly empty_audience?: Maybe<boolean>;
    readonly empty_scopes?: Maybe<boolean>;
    readonly scopes?: Maybe<Texts>;
  }>;
  readonly subject_token_issuers: readonly {
    readonly conditions?: Maybe<TokenExchangeConditions>;
    readonly issuer: string;
    readonly jwks_uri?: Maybe<string>;
    readonly verify_signature?: Maybe<boolean>;
  }[];
}

type Maybe<T> = T | null;
type Texts = readonly string[];

/** The header in which a proxy in front passes on the certificate of its client; `cert_cache_ttl` is in milliseconds. */
export interface CertificateHeader {
  readonly allow_partial_chain?: Maybe<boolean>;
  readonly ca_certificates: Texts;
  readonly cert_cache_ttl?: Maybe<number>;
  readonly certificate_header_format?: Maybe<'base64_encoded' | 'url_encoded'>;
  readonly certificate_header_name: string;
  readonly revocation_check_mode?: Maybe<'IGNORE_CA_ERROR' | 'SKIP' | 'STRICT'>;
  readonly secure_source?: Maybe<boolean>;
}

/**
 * The plugin's config as Kong names it, as far as gw runs it; the whole list is in
 * `schemas/plugins/openid-connect.schema.json`. Defaults are filled in by then, but any field may still be null: that is
 * how an author unsets a default. Times are seconds, except `timeout` (milliseconds).
 */
export interface OpenidConnectConfig {
  readonly issuer: string;
  readonly anonymous?: Maybe<string>;
  readonly audience?: Maybe<Texts>;
  readonly audience_claim?: Maybe<Texts>;
  readonly audience_required?: Maybe<Texts>;
  readonly auth_methods?: Maybe<readonly AuthMethod[]>;
  readonly authenticated_groups_claim?: Maybe<Texts>;
  readonly authorization_endpoint?: Maybe<string>;
  readonly bearer_token_cookie_name?: Maybe<string>;
  readonly bearer_token_header_name?: Maybe<string>;
  readonly bearer_token_param_type?: Maybe<readonly (CredentialPlace | 'cookie')[]>;
  readonly by_username_ignore_case?: Maybe<boolean>;
  readonly cache_introspection?: Maybe<boolean>;
  readonly cache_token_exchange?: Maybe<boolean>;
  readonly cache_tokens?: Maybe<boolean>;
  readonly cache_tokens_salt?: Maybe<string>;
  readonly cache_ttl?: Maybe<number>;
  readonly cache_ttl_max?: Maybe<number>;
  readonly cache_ttl_min?: Maybe<number>;
  readonly cache_ttl_neg?: Maybe<number>;
  readonly cache_ttl_resurrect?: Maybe<number>;
  readonly cache_user_info?: Maybe<boolean>;
  readonly claims_forbidden?: Maybe<Texts>;
  readonly client_alg?: Maybe<Texts>;
  readonly client_arg?: Maybe<string>;
  readonly client_auth?: Maybe<Texts>;
  readonly client_credentials_param_type?: Maybe<readonly CredentialPlace[]>;
  readonly client_id?: Maybe<Texts>;
  readonly client_jwk?: Maybe<readonly JsonObject[]>;
  readonly client_secret?: Maybe<Texts>;
  readonly consumer_by?: Maybe<readonly ConsumerField[]>;
  readonly consumer_claim?: Maybe<Texts>;
  readonly consumer_claims?: Maybe<readonly Texts[]>;
  readonly consumer_groups_claim?: Maybe<Texts>;
  readonly consumer_groups_optional?: Maybe<boolean>;
  readonly consumer_optional?: Maybe<boolean>;
  readonly credential_claim?: Maybe<Texts>;
  readonly disable_session?: Maybe<Texts>;
  readonly discovery_headers_names?: Maybe<Texts>;
  readonly discovery_headers_values?: Maybe<Texts>;
  readonly display_errors?: Maybe<boolean>;
  readonly domains?: Maybe<Texts>;
  readonly downstream_access_token_header?: Maybe<string>;
  readonly downstream_access_token_jwk_header?: Maybe<string>;
  readonly downstream_headers?: Maybe<readonly ClaimHeader[]>;
  readonly downstream_headers_claims?: Maybe<Texts>;
  readonly downstream_headers_names?: Maybe<Texts>;
  readonly downstream_id_token_header?: Maybe<string>;
  readonly downstream_id_token_jwk_header?: Maybe<string>;
  readonly downstream_introspection_header?: Maybe<string>;
  readonly downstream_introspection_jwt_header?: Maybe<string>;
  readonly downstream_refresh_token_header?: Maybe<string>;
  readonly downstream_user_info_header?: Maybe<string>;
  readonly downstream_user_info_jwt_header?: Maybe<string>;
  readonly dpop_proof_lifetime?: Maybe<number>;
  readonly dpop_use_nonce?: Maybe<boolean>;
  readonly enable_hs_signatures?: Maybe<boolean>;
  readonly end_session_endpoint?: Maybe<string>;
  readonly expose_error_code?: Maybe<boolean>;
  readonly extra_jwks_uris?: Maybe<Texts>;
  readonly forbidden_error_message?: Maybe<string>;
  readonly forbidden_redirect_uri?: Maybe<Texts>;
  readonly groups_claim?: Maybe<Texts>;
  readonly groups_required?: Maybe<Texts>;
  readonly hide_credentials?: Maybe<boolean>;
  readonly http_proxy?: Maybe<string>;
  readonly http_proxy_authorization?: Maybe<string>;
  readonly https_proxy?: Maybe<string>;
  readonly https_proxy_authorization?: Maybe<string>;
  readonly ignore_signature?: Maybe<Texts>;
  readonly introspect_jwt_tokens?: Maybe<boolean>;
  readonly introspection_accept?: Maybe<string>;
  readonly introspection_check_active?: Maybe<boolean>;
  readonly introspection_endpoint?: Maybe<string>;
  readonly introspection_endpoint_auth_method?: Maybe<string>;
  readonly introspection_headers_client?: Maybe<Texts>;
  readonly introspection_headers_names?: Maybe<Texts>;
  readonly introspection_headers_values?: Maybe<Texts>;
  readonly introspection_hint?: Maybe<string>;
  readonly introspection_post_args_client?: Maybe<Texts>;
  readonly introspection_post_args_client_headers?: Maybe<Texts>;
  readonly introspection_post_args_names?: Maybe<Texts>;
  readonly introspection_post_args_values?: Maybe<Texts>;
  readonly introspection_token_param_name?: Maybe<string>;
  readonly issuers_allowed?: Maybe<Texts>;
  readonly jwks_endpoint?: Maybe<string>;
  readonly jwt_session_claim?: Maybe<string>;
  readonly jwt_session_cookie?: Maybe<string>;
  readonly keepalive?: Maybe<boolean>;
  readonly leeway?: Maybe<number>;
  readonly max_age?: Maybe<number>;
  readonly mtls_introspection_endpoint?: Maybe<string>;
  readonly mtls_revocation_endpoint?: Maybe<string>;
  readonly mtls_token_endpoint?: Maybe<string>;
  readonly no_proxy?: Maybe<string>;
  readonly password_param_type?: Maybe<readonly CredentialPlace[]>;
  readonly proof_of_possession_dpop?: Maybe<'off' | 'optional' | 'strict'>;
  readonly proof_of_possession_mtls?: Maybe<'off' | 'optional' | 'strict'>;
  readonly proof_of_possession_mtls_from_header?: Maybe<CertificateHeader>;
  readonly rediscovery_lifetime?: Maybe<number>;
  readonly refresh_token_param_name?: Maybe<string>;
  readonly refresh_token_param_type?: Maybe<readonly CredentialPlace[]>;
  readonly revocation_endpoint?: Maybe<string>;
  readonly revocation_endpoint_auth_method?: Maybe<string>;
  readonly roles_claim?: Maybe<Texts>;
  readonly roles_required?: Maybe<Texts>;
  readonly run_on_preflight?: Maybe<boolean>;
  readonly scopes?: Maybe<Texts>;
  readonly scopes_claim?: Maybe<Texts>;
  readonly scopes_required?: Maybe<Texts>;
  readonly search_user_info?: Maybe<boolean>;
  readonly session_secret?: Maybe<string>;
  readonly ssl_verify?: Maybe<boolean>;
  readonly timeout?: Maybe<number>;
  readonly tls_client_auth_cert_id?: Maybe<string>;
  readonly tls_client_auth_ssl_verify?: Maybe<boolean>;
  readonly token_cache_key_include_scope?: Maybe<boolean>;
  readonly token_endpoint?: Maybe<string>;
  readonly token_endpoint_auth_method?: Maybe<string>;
  readonly token_exchange?: Maybe<TokenExchangeConfig>;
  readonly token_exchange_endpoint?: Maybe<string>;
  readonly token_headers_client?: Maybe<Texts>;
  readonly token_headers_grants?: Maybe<Texts>;
  readonly token_headers_names?: Maybe<Texts>;
  readonly token_headers_prefix?: Maybe<string>;
  readonly token_headers_replay?: Maybe<Texts>;
  readonly token_headers_values?: Maybe<Texts>;
  readonly token_post_args_client?: Maybe<Texts>;
  readonly token_post_args_names?: Maybe<Texts>;
  readonly token_post_args_values?: Maybe<Texts>;
  readonly unauthorized_error_message?: Maybe<string>;
  readonly unauthorized_redirect_uri?: Maybe<Texts>;
  readonly unexpected_redirect_uri?: Maybe<Texts>;
  readonly upstream_access_token_header?: Maybe<string>;
  readonly upstream_access_token_jwk_header?: Maybe<string>;
  readonly upstream_headers?: Maybe<readonly ClaimHeader[]>;
  readonly upstream_headers_claims?: Maybe<Texts>;
  readonly upstream_headers_names?: Maybe<Texts>;
  readonly upstream_id_token_header?: Maybe<string>;
  readonly upstream_id_token_jwk_header?: Maybe<string>;
  readonly upstream_introspection_header?: Maybe<string>;
  readonly upstream_introspection_jwt_header?: Maybe<string>;
  readonly upstream_refresh_token_header?: Maybe<string>;
  readonly upstream_user_info_header?: Maybe<string>;
  readonly upstream_user_info_jwt_header?: Maybe<string>;
  readonly userinfo_accept?: Maybe<string>;
  readonly userinfo_endpoint?: Maybe<string>;
  readonly userinfo_headers_client?: Maybe<Texts>;
  readonly userinfo_headers_names?: Maybe<Texts>;
  readonly userinfo_headers_values?: Maybe<Texts>;
  readonly userinfo_query_args_client?: Maybe<Texts>;
  readonly userinfo_query_args_names?: Maybe<Texts>;
  readonly userinfo_query_args_values?: Maybe<Texts>;
  readonly using_pseudo_issuer?: Maybe<boolean>;
  readonly verify_claims?: Maybe<boolean>;
  readonly verify_signature?: Maybe<boolean>;
}
