import { isJsonObject, type JsonObject } from '../lib/json.ts';
import { ProviderConfigError } from './errors.ts';

/** A discovery document as it came, and where from. This is what the cache holds. */
export interface DiscoveryDocument {
  /** The URL that answered. */
  readonly url: string;
  readonly document: JsonObject;
}

/** Endpoints that a provider announces and a configuration may replace. */
export type EndpointName =
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'introspection_endpoint'
  | 'userinfo_endpoint'
  | 'revocation_endpoint'
  | 'end_session_endpoint'
  | 'pushed_authorization_request_endpoint';

/** All of {@link EndpointName}. */
export const endpointNames: readonly EndpointName[] = [
  'authorization_endpoint',
  'token_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
  'revocation_endpoint',
  'end_session_endpoint',
  'pushed_authorization_request_endpoint',
];

/** What gw works with: one generation of a discovery document, configured values in place of discovered ones. */
export interface ProviderMetadata {
  /** The provider's own issuer identifier: the default expected `iss`, and `aud` of client assertions. */
  readonly issuer: string;
  readonly endpoints: Readonly<Partial<Record<EndpointName, string>>>;
  readonly jwksUri: string | null;
  /** `token_endpoint_auth_methods_supported`; `null` when the document does not say. */
  readonly tokenEndpointAuthMethods: readonly string[] | null;
  /** `mtls_endpoint_aliases` (RFC 8705 §5): where clients go that authenticate by certificate. */
  readonly mtlsEndpoints?: Readonly<Partial<Record<EndpointName, string>>>;
  /** `<endpoint>_auth_methods_supported` of other endpoints than the token endpoint, as far as announced. */
  readonly otherAuthMethods?: Readonly<Partial<Record<EndpointName, readonly string[]>>>;
}

/** Settings that decide what a document means. */
export interface MetadataOverrides {
  readonly endpoints: Readonly<Partial<Record<EndpointName, string>>>;
  readonly jwksEndpoint: string | null;
}

/**
 * Reads a document. Endpoints with an address that must not be trusted are left out, as if not announced.
 *
 * @throws {ProviderConfigError} when the document is no discovery document
 */
export function readMetadata(source: DiscoveryDocument, overrides: MetadataOverrides): ProviderMetadata {
  const { document } = source;
  const issuer = document.issuer;
  if (typeof issuer !== 'string' || issuer === '') {
    throw new ProviderConfigError(`the discovery document at "${source.url}" has no "issuer"`);
  }
  const endpoints = announcedUrls(document, source.url, overrides.endpoints);
  const aliases = document.mtls_endpoint_aliases;
  return {
    issuer,
    endpoints,
    jwksUri: overrides.jwksEndpoint ?? trustedUrl(document.jwks_uri, source.url),
    tokenEndpointAuthMethods: strings(document.token_endpoint_auth_methods_supported),
    mtlsEndpoints: isJsonObject(aliases) ? announcedUrls(aliases, source.url, {}) : {},
    otherAuthMethods: otherAuthMethods(document),
  };
}

/** Metadata without discovery (`using_pseudo_issuer`): everything is configured. */
export function pseudoMetadata(issuer: string, overrides: MetadataOverrides): ProviderMetadata {
  return { issuer, endpoints: overrides.endpoints, jwksUri: overrides.jwksEndpoint, tokenEndpointAuthMethods: null };
}

/**
 * A URL from a document, or `null` when following it could be turned against us: not http(s), plain http although the
 * document came over https, or with a user name in it.
 */
export function trustedUrl(value: unknown, documentUrl: string): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  if (url.protocol === 'http:' && documentUrl.startsWith('https:')) return null;
  if (url.username !== '' || url.password !== '') return null;
  return value;
}

/** Endpoints among the members of `announced`, `preferred` ones in their place. */
function announcedUrls(
  announced: JsonObject,
  documentUrl: string,
  preferred: MetadataOverrides['endpoints'],
): Partial<Record<EndpointName, string>> {
  const urls: Partial<Record<EndpointName, string>> = {};
  for (const name of endpointNames) {
    const url = preferred[name] ?? trustedUrl(announced[name], documentUrl);
    if (url !== null) urls[name] = url;
  }
  return urls;
}

function otherAuthMethods(document: JsonObject): Partial<Record<EndpointName, readonly string[]>> {
  const methods: Partial<Record<EndpointName, readonly string[]>> = {};
  for (const name of ['introspection_endpoint', 'revocation_endpoint'] as const) {
    const supported = strings(document[`${name}_auth_methods_supported`]);
    if (supported !== null) methods[name] = supported;
  }
  return methods;
}

function strings(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  return value.filter((item): item is string => typeof item === 'string');
}
