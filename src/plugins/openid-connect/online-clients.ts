import { isLoopbackHost } from '../../lib/loopback.ts';
import { ownMethod } from '../../oidc/client-auth/own-method.ts';
import type { OwnClientSettings } from './own-client-settings.ts';
import { type Comparison, list, placeOf, texts, warn } from './online-report.ts';

const CODE = 'openid-connect/online-client-auth';

/** Compares how clients authenticate with what the endpoints they go to announce. */
export function compareClients(comparison: Comparison): void {
  const { needs, compiled } = comparison;
  if (needs.some(({ client }) => client === 'forwarded')) compareForwarded(comparison);
  for (const endpoint of ['token_endpoint', 'introspection_endpoint'] as const) {
    if (!needs.some((need) => need.client === 'own' && need.endpoint === endpoint)) continue;
    for (const client of compiled.clients.clients) compareOwn(comparison, client, endpoint);
  }
}

/** A caller's client has a secret and nothing else. */
function compareForwarded(comparison: Comparison): void {
  const { compiled, config, metadata } = comparison;
  const supported = metadata.tokenEndpointAuthMethods;
  const { authMethod } = compiled.token;
  if (supported === null) return;
  const needsSecret = /^client_secret_(basic|post|jwt)$/;
  // Other methods cannot apply to a caller's client: basic or post takes their place.
  if (authMethod === null || !needsSecret.test(authMethod)) {
    if (supported.some((name) => needsSecret.test(name))) return;
    const message = `the token endpoint takes no client secrets, only ${list(supported)}`;
    warn(comparison, ['issuer'], CODE, { message, hint: 'allow "client_secret_basic" at the provider' });
    return;
  }
  if (supported.includes(authMethod)) return;
  const isOfEndpoint = (config.token_endpoint_auth_method ?? null) !== null;
  const place = isOfEndpoint
    ? placeOf(comparison, 'token_endpoint_auth_method')
    : placeOf(comparison, 'client_auth', 0);
  warn(comparison, place, CODE, notAnnounced('token_endpoint', authMethod, supported));
}

function compareOwn(
  comparison: Comparison,
  client: OwnClientSettings,
  endpoint: 'token_endpoint' | 'introspection_endpoint',
): void {
  const { compiled, metadata } = comparison;
  const { method: ofEndpoint } = compiled.clients.endpoints[endpoint];
  const configured = ofEndpoint ?? client.method;
  const supported = metadata.otherAuthMethods?.[endpoint] ?? metadata.tokenEndpointAuthMethods;
  const means = {
    secret: client.secret !== null,
    key: client.jwk !== null,
    certificate: compiled.clients.certificateId !== null,
  };
  const method = ownMethod(configured, endpoint, metadata, means);
  const place =
    ofEndpoint === null
      ? placeOf(comparison, configured === null ? 'client_id' : 'client_auth', client.index)
      : placeOf(comparison, `${endpoint}_auth_method`);
  if (supported !== null && !supported.includes(method)) {
    warn(comparison, place, CODE, notAnnounced(endpoint, method, supported));
    return;
  }
  if (method === 'client_secret_jwt') compareAlgorithm(comparison, client, endpoint, client.hmacAlgorithm);
  if (method !== 'private_key_jwt') return;
  compareAlgorithm(comparison, client, endpoint, client.signingAlgorithm);
  if (client.jwk === null && endpoint === 'token_endpoint') checkPublication(comparison, place);
}

function notAnnounced(endpoint: string, method: string, supported: readonly string[]) {
  const name = endpoint === 'token_endpoint' ? 'token endpoint' : 'introspection endpoint';
  return {
    message: `the ${name} does not announce the method "${method}", only ${list(supported)}`,
    hint: 'use one of these, or allow it at the provider',
  };
}

/** RFC 8414 §2: algorithms for assertions, by endpoint. */
function compareAlgorithm(
  comparison: Comparison,
  { index }: OwnClientSettings,
  endpoint: 'token_endpoint' | 'introspection_endpoint',
  algorithm: string,
): void {
  const supported = texts(comparison.source.document[`${endpoint}_auth_signing_alg_values_supported`]);
  if (supported === null || supported.includes(algorithm)) return;
  const place = placeOf(comparison, 'client_alg', index);
  warn(comparison, place[0] === 'issuer' ? placeOf(comparison, 'client_auth', index) : place, CODE, {
    message: `the provider does not announce "${algorithm}" for assertions of clients, only ${list(supported)}`,
    hint: 'set "client_alg" to one of these',
  });
}

/** The provider fetches the keys that gw makes; one on this machine can do so at any address. */
function checkPublication(comparison: Comparison, place: ReturnType<typeof placeOf>): void {
  const { hostname } = new URL(comparison.source.url);
  if (!comparison.surroundings.isAdminLocal || isLoopbackHost(hostname.replace(/^\[|\]$/g, ''))) return;
  warn(comparison, place, 'openid-connect/online-own-keys', {
    message: 'the provider has to fetch the keys that gw makes, from an Admin API that only this machine can reach',
    hint: 'let "admin_listen" have an address for the provider, or set "client_jwk"',
  });
}
