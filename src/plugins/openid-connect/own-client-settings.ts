import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { Secret } from '../../lib/secret.ts';
import type { HmacAlgorithm } from '../../oidc/client-auth/client-secret-jwt.ts';
import { type SigningAlgorithm, signingAlgorithms } from '../../oidc/signing-key.ts';
import type { OpenidConnectConfig } from './config.ts';

/** Endpoints at which a client of the gateway's own authenticates. */
export type OwnEndpoint = 'token_endpoint' | 'introspection_endpoint' | 'revocation_endpoint';

/** What a config says of one of them. */
export interface OwnEndpointSettings {
  /** `<endpoint>_auth_method`: wins over that of the client. */
  readonly method: string | null;
  /** `mtls_<endpoint>`: wins over what is announced. */
  readonly mtlsUrl: string | null;
}

/** One entry of `client_id`, and of the lists beside it. */
export interface OwnClientSettings {
  readonly index: number;
  readonly id: string;
  readonly secret: Secret | null;
  readonly method: string | null;
  readonly hmacAlgorithm: HmacAlgorithm;
  readonly signingAlgorithm: SigningAlgorithm;
  /** `client_jwk` as JSON; `null`: the gateway's own keys sign. */
  readonly jwk: Secret | null;
}

/** Everything about own clients that does not depend on a request. */
export interface OwnClientsSettings {
  readonly clients: readonly OwnClientSettings[];
  readonly endpoints: Readonly<Record<OwnEndpoint, OwnEndpointSettings>>;
  /** The name under which a caller may choose a client; `null` when it may not. */
  readonly argument: string | null;
  readonly certificateId: string | null;
  readonly certificateVerify: boolean;
  /** Algorithms the gateway signs client assertions with; empty when it does not. */
  readonly generatedKeys: readonly SigningAlgorithm[];
}

/** Reads the lists by client index; a missing entry falls back to the first, as with Kong. */
export function ownClientsSettings(config: OpenidConnectConfig): OwnClientsSettings {
  const clients = (config.client_id ?? []).map((id, index) => clientSettings(config, id, index));
  const argument = config.client_arg ?? '';
  const endpoints = {
    token_endpoint: endpoint(config.token_endpoint_auth_method, config.mtls_token_endpoint),
    introspection_endpoint: endpoint(config.introspection_endpoint_auth_method, config.mtls_introspection_endpoint),
    revocation_endpoint: endpoint(config.revocation_endpoint_auth_method, config.mtls_revocation_endpoint),
  };
  const atSome = Object.values(endpoints).some(({ method }) => method === 'private_key_jwt');
  const signing = clients.filter(({ method, jwk }) => jwk === null && (atSome || method === 'private_key_jwt'));
  return {
    clients,
    endpoints,
    argument: clients.length < 2 || argument === '' ? null : argument,
    certificateId: config.tls_client_auth_cert_id ?? null,
    certificateVerify: config.tls_client_auth_ssl_verify ?? true,
    generatedKeys: [...new Set(signing.map(({ signingAlgorithm }) => signingAlgorithm))],
  };
}

function clientSettings(config: OpenidConnectConfig, id: string, index: number): OwnClientSettings {
  const secret = entry(config.client_secret, index) ?? '';
  const key = entry(config.client_jwk, index);
  const jwk = isJsonObject(key) ? key : null;
  const algorithm = entry(config.client_alg, index);
  const isHmac = algorithm === 'HS256' || algorithm === 'HS384' || algorithm === 'HS512';
  return {
    index,
    id,
    secret: secret === '' ? null : new Secret(secret),
    method: entry(config.client_auth, index),
    hmacAlgorithm: isHmac ? algorithm : 'HS256',
    signingAlgorithm: asSigning(algorithm) ?? asSigning(jwk?.alg) ?? usualAlgorithm(jwk),
    jwk: jwk === null ? null : new Secret(JSON.stringify(jwk)),
  };
}

function asSigning(value: unknown): SigningAlgorithm | null {
  return signingAlgorithms.find((name) => name === value) ?? null;
}

/** RS256, unless the key is of a kind that cannot. */
function usualAlgorithm(jwk: JsonObject | null): SigningAlgorithm {
  if (jwk?.kty === 'OKP') return 'EdDSA';
  if (jwk?.kty !== 'EC') return 'RS256';
  if (jwk.crv === 'P-384') return 'ES384';
  return jwk.crv === 'P-521' ? 'ES512' : 'ES256';
}

function endpoint(method: string | null | undefined, mtlsUrl: string | null | undefined): OwnEndpointSettings {
  return { method: method ?? null, mtlsUrl: mtlsUrl ?? null };
}

function entry<Value>(list: readonly Value[] | null | undefined, index: number): Value | null {
  return list?.[index] ?? list?.[0] ?? null;
}
