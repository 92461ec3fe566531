import { keyedDigest } from '../cache/cache-key.ts';
import { discoveryUrl } from './discovery-url.ts';
import type { EndpointName } from './provider-metadata.ts';
import { type TransportSettings, transportDigest } from './transport.ts';

/** Everything that decides how one provider is talked to. Equal settings share one {@link Issuer}. */
export interface IssuerSettings {
  /** As configured: issuer identifier or URL of the discovery document. */
  readonly issuer: string;
  readonly discoveryHeaders: readonly (readonly [string, string])[];
  /** For one request in total. */
  readonly timeoutMs: number;
  readonly sslVerify: boolean;
  /** Through which proxies, and so what is reached. */
  readonly transport: TransportSettings;
  /** Age at which documents and keys are renewed in the background. */
  readonly cacheTtlMs: number;
  /** Least time between two rediscoveries on demand; 0 = no limit. */
  readonly rediscoveryLifetimeMs: number;
  /** Never discover: `issuer` is the expected `iss`, every endpoint is configured. */
  readonly usingPseudoIssuer: boolean;
  /** Configured endpoints; they win over discovered ones. */
  readonly endpoints: Readonly<Partial<Record<EndpointName, string>>>;
  /** Replaces the discovered `jwks_uri`. */
  readonly jwksEndpoint: string | null;
  /** Further key sets, consulted after the discovered one. */
  readonly extraJwksUris: readonly string[];
}

/** Equal for settings that are equal in everything. Made under a key, since discovery headers can hold credentials. */
export function settingsDigest(settings: IssuerSettings): string {
  const endpoints = Object.entries(settings.endpoints).sort(([a], [b]) => (a < b ? -1 : 1));
  return keyedDigest(documentKey(settings), [
    settings.issuer,
    JSON.stringify(endpoints),
    [...settings.extraJwksUris],
    JSON.stringify([settings.timeoutMs, settings.cacheTtlMs, settings.rediscoveryLifetimeMs]),
    String(settings.usingPseudoIssuer),
  ]);
}

/** Settings under which one document and its keys can be shared. */
export function documentKey(settings: IssuerSettings): string {
  return keyedDigest(JSON.stringify(settings.discoveryHeaders), [
    discoveryUrl(settings.issuer),
    settings.jwksEndpoint,
    String(settings.sslVerify),
    transportDigest(settings.transport),
  ]);
}

/** Keys never cross from one issuer, or from extra to own, even when the URL is the same. */
export function jwksKey(issuerKey: string, kind: 'own' | 'extra', uri: string): string {
  return keyedDigest(issuerKey, [kind, uri]);
}
