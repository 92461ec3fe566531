import { discoveryUrl, oauthMetadataUrl } from '../../oidc/discovery-url.ts';
import { publicKeyAlgorithms } from '../../oidc/key-set.ts';
import type { DiscoveryDocument, ProviderMetadata } from '../../oidc/provider-metadata.ts';
import type { JsonPath } from '../../lib/json.ts';
import type { PluginFinding } from '../../pdk/plugin.ts';
import { compileConfig } from './compile-config.ts';
import type { OpenidConnectConfig } from './config.ts';
import type { OnlineCode } from './online-codes.ts';

/** Most names of a list, and characters of a text, that a message repeats from the provider. */
const MAX_NAMES = 10;
const MAX_TEXT = 200;

/** A config and what its provider announces. */
export interface Comparison {
  readonly config: OpenidConnectConfig;
  readonly given: Readonly<Record<string, unknown>>;
  readonly source: DiscoveryDocument;
  readonly metadata: ProviderMetadata;
  readonly report: (finding: PluginFinding) => void;
}

/**
 * Reports where config and discovery document do not fit. Lists that a document lacks say nothing: the defaults that
 * OpenID Connect Discovery §3 gives them are rarely what a provider means.
 */
export function compareWithProvider(comparison: Comparison): void {
  const { grants, token } = compileConfig(comparison.config);
  const { places, rules } = grants.clientCredentials;
  compareIssuer(comparison);
  if (places.length === 0) return;
  compareTokenEndpoint(comparison);
  compareGrant(comparison);
  compareClientAuth(comparison, token.authMethod);
  if (rules.verifySignature) compareAlgorithms(comparison, rules.allowsHmac);
}

/** OpenID Connect Discovery §4.3 demands equality; Kong and gw go by what the document says. */
function compareIssuer({ config: { issuer }, metadata, report }: Comparison): void {
  const announced = metadata.issuer;
  const asked = discoveryUrl(issuer);
  if (discoveryUrl(announced) === asked || oauthMetadataUrl(announced) === asked) return;
  warn(report, ['issuer'], 'openid-connect/online-issuer', {
    message: `the discovery document names another issuer, "${shown(announced)}", and tokens must carry that one`,
    hint: 'if that is the provider you mean, write its own name; "issuers_allowed" accepts further ones',
  });
}

function compareTokenEndpoint({ source, metadata, report }: Comparison): void {
  if (metadata.endpoints.token_endpoint !== undefined) return;
  const isAnnounced = typeof source.document.token_endpoint === 'string';
  report({
    path: ['issuer'],
    code: 'openid-connect/online-token-endpoint' satisfies OnlineCode,
    severity: 'error',
    message: isAnnounced
      ? 'the identity provider announces a "token_endpoint" that is not safe to use: no URL, plain http, or with a user name'
      : 'the identity provider announces no "token_endpoint", which client credentials need',
    hint: 'set "token_endpoint" if you know it',
  });
}

function compareGrant({ source, report }: Comparison): void {
  const grants = texts(source.document.grant_types_supported);
  if (grants === null || grants.includes('client_credentials')) return;
  warn(report, ['issuer'], 'openid-connect/online-grant', {
    message: `the identity provider does not announce the grant "client_credentials", only ${list(grants)}`,
    hint: 'enable it at the provider',
  });
}

function compareClientAuth({ config, given, metadata, report }: Comparison, method: string | null): void {
  const supported = metadata.tokenEndpointAuthMethods;
  if (supported === null) return;
  const code = 'openid-connect/online-client-auth';
  if (method === null) {
    if (supported.some((name) => /^client_secret_(basic|post|jwt)$/.test(name))) return;
    const message = `the token endpoint takes no client secrets, only ${list(supported)}`;
    warn(report, ['issuer'], code, { message, hint: 'allow "client_secret_basic" at the provider' });
    return;
  }
  if (supported.includes(method)) return;
  const isOwn = (config.token_endpoint_auth_method ?? null) !== null;
  const path = isOwn ? ['token_endpoint_auth_method'] : ['client_auth', 0];
  warn(report, given[isOwn ? 'token_endpoint_auth_method' : 'client_auth'] === undefined ? ['issuer'] : path, code, {
    message: `the token endpoint does not announce the method "${method}", only ${list(supported)}`,
    hint: 'use one of these, or allow it at the provider',
  });
}

function compareAlgorithms({ source, report }: Comparison, allowsHmac: boolean): void {
  const algorithms = texts(source.document.id_token_signing_alg_values_supported);
  if (algorithms === null) return;
  const isAccepted = (alg: string): boolean =>
    publicKeyAlgorithms.includes(alg) || (allowsHmac && /^HS(256|384|512)$/.test(alg));
  if (algorithms.length === 0 || algorithms.some(isAccepted)) return;
  const hint = algorithms.some((alg) => alg.startsWith('HS'))
    ? 'let the provider sign with RS256 or ES256, or set "enable_hs_signatures"'
    : 'let the provider sign with RS256 or ES256';
  const message = `the identity provider announces no signature algorithm that is accepted, only ${list(algorithms)}`;
  warn(report, ['issuer'], 'openid-connect/online-algorithm', { message, hint });
}

function warn(
  report: Comparison['report'],
  path: JsonPath,
  code: OnlineCode,
  { message, hint }: { readonly message: string; readonly hint: string },
): void {
  report({ path, code, severity: 'warning', message, hint });
}

function texts(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  return value.filter((item): item is string => typeof item === 'string');
}

function list(names: readonly string[]): string {
  if (names.length === 0) return 'an empty list';
  const more = names.length > MAX_NAMES ? ', …' : '';
  return names.slice(0, MAX_NAMES).map(shown).join(', ') + more;
}

/** A provider writes what it likes; a finding is one line, for terminals and log parsers. */
function shown(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�');
  return line.length <= MAX_TEXT ? line : `${line.slice(0, MAX_TEXT - 1)}…`;
}
