import type { TokenRules } from './token-settings.ts';
import type { CredentialPlace, OpenidConnectConfig } from './config.ts';
import { placesInOrder } from './credentials.ts';
import { isUsableHeaderName } from './token-headers.ts';

/** The grants that exchange a caller's credential for a token, by Kong's names. */
export type GrantName = 'client_credentials' | 'password' | 'refresh_token';

/** What a config says about one grant. */
export interface GrantSettings {
  /** `token_exchange` is a stage of the method `bearer`. */
  readonly name: GrantName | 'token_exchange';
  /** Where its credential is looked for, in order; empty when the grant is not enabled. */
  readonly places: readonly CredentialPlace[];
  /** For the access token (`ignore_signature` counts); an ID token is held to the rules of the instance. */
  readonly rules: TokenRules;
  /** Headers of the token response that go back to the caller: lower-case name to the name it gets. */
  readonly replay: readonly (readonly [string, string])[];
  /** Whether nothing outside the `Authorization` header can make a request with one come out differently. */
  readonly isDecidedByHeader: boolean;
}

/** What a config says about the grants. */
export interface GrantsSettings {
  readonly clientCredentials: GrantSettings;
  readonly password: GrantSettings;
  readonly refreshToken: GrantSettings;
  /** How the caller names its refresh token: an argument, or a header with `-` for `_`; null when it is not set. */
  readonly refreshTokenName: string | null;
  /** Whether the outcome of some grant can be remembered by the `Authorization` header. */
  readonly areDecidedByHeader: boolean;
  /** Whether any grant answers callers with headers of the token response. */
  readonly replaysHeaders: boolean;
}

/** Decides what can be decided without a request. `rules` are those of the instance. */
export function grantsSettings(config: OpenidConnectConfig, rules: TokenRules): GrantsSettings {
  // Own clients ask in these two grants; without one there is nobody to ask as.
  const asksAsOwnClient = (config.client_id ?? []).length > 0;
  const name = config.refresh_token_param_name ?? '';
  const places = {
    client_credentials: placesOf(config, 'client_credentials', config.client_credentials_param_type),
    password: asksAsOwnClient ? placesOf(config, 'password', config.password_param_type) : [],
    refresh_token:
      asksAsOwnClient && name !== '' ? placesOf(config, 'refresh_token', config.refresh_token_param_type) : [],
  };
  const asksCaller = isSet(config.token_post_args_client) || isSet(config.token_headers_client);
  const headerFirst = (config.cache_tokens ?? true) && !asksCaller && places.refresh_token.length === 0;
  const passwordFirst = places.password.length === 0 || places.password[0] === 'header';
  const grant = (one: GrantName, isDecidedByHeader: boolean): GrantSettings => ({
    name: one,
    places: places[one],
    rules: { ...rules, verifySignature: rules.verifySignature && !(config.ignore_signature ?? []).includes(one) },
    replay: replayed(config, one),
    isDecidedByHeader,
  });
  const clientCredentials = grant('client_credentials', headerFirst && passwordFirst);
  const password = grant('password', headerFirst);
  const refreshToken = grant('refresh_token', false);
  const all = [clientCredentials, password, refreshToken];
  return {
    clientCredentials,
    password,
    refreshToken,
    refreshTokenName: name === '' ? null : name,
    areDecidedByHeader: all.some(({ isDecidedByHeader: decides, places: found }) => decides && found[0] === 'header'),
    replaysHeaders: all.some(({ replay }) => replay.length > 0),
  };
}

function placesOf(
  config: OpenidConnectConfig,
  grant: GrantName,
  wanted: readonly CredentialPlace[] | null | undefined,
): readonly CredentialPlace[] {
  const isEnabled = config.auth_methods?.includes(grant) ?? false;
  return isEnabled ? placesInOrder.filter((place) => (wanted ?? placesInOrder).includes(place)) : [];
}

function replayed(config: OpenidConnectConfig, grant: GrantName): readonly (readonly [string, string])[] {
  if (!(config.token_headers_grants ?? []).includes(grant)) return [];
  const prefix = config.token_headers_prefix ?? '';
  return (config.token_headers_replay ?? [])
    .map((name): [string, string] => [name.toLowerCase(), prefix + name])
    .filter(([, sentAs]) => isUsableHeaderName(sentAs));
}

function isSet(list: readonly string[] | null | undefined): boolean {
  return list !== null && list !== undefined && list.length > 0;
}
