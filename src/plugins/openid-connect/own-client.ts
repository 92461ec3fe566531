import { keyedDigest } from '../../cache/cache-key.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Secret } from '../../lib/secret.ts';
import type { AssertionKey } from '../../oidc/client-auth/client-assertion.ts';
import type { ClientAuthentication } from '../../oidc/client-auth/client-authentication.ts';
import { ownClient } from '../../oidc/client-auth/index.ts';
import { ownMethod, usesCertificate } from '../../oidc/client-auth/own-method.ts';
import type { ClientTls } from '../../oidc/client-tls.ts';
import { ProviderConfigError } from '../../oidc/errors.ts';
import type { Issuer } from '../../oidc/issuer.ts';
import type { ProviderMetadata } from '../../oidc/provider-metadata.ts';
import { importPrivateJwk } from '../../oidc/signing-key.ts';
import type { SigningKeys } from '../../oidc/signing-keys.ts';
import type { OwnClientSettings, OwnEndpoint, OwnEndpointSettings } from './own-client-settings.ts';

/** A client of the gateway's own, ready to authenticate at one endpoint. */
export interface PreparedClient {
  readonly endpoint: string;
  readonly auth: ClientAuthentication;
  /** The certificate to show; `null` when the method needs none. */
  readonly tls: ClientTls | null;
  /** Tells clients apart in cache keys; holds digests and no secret. */
  readonly keyParts: readonly string[];
}

/** A client of the gateway's own: one entry of `client_id`. */
export interface OwnClient {
  /** In `client_id`, from 0. */
  readonly index: number;
  readonly id: string;
  readonly secret: Secret | null;
  /**
   * @throws {ProviderConfigError} when the provider has no such endpoint, or the client lacks what its method needs
   * @throws {IdentityProviderError} when the provider has to be asked and is at fault
   */
  prepare(endpoint: OwnEndpoint): Promise<PreparedClient>;
}

/** What the clients of one instance share. */
export interface OwnClientContext {
  readonly issuer: Issuer;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly endpoints: Readonly<Record<OwnEndpoint, OwnEndpointSettings>>;
  /** A text says why there is none. */
  readonly tls: ClientTls | string;
}

interface Remembered {
  readonly metadata: ProviderMetadata;
  readonly url: string;
  readonly prepared: PreparedClient;
}

/** The {@link OwnClient} of a config. What it prepared is good for as long as the metadata stays the same. */
export class ConfiguredClient implements OwnClient {
  readonly index: number;
  readonly id: string;
  readonly secret: Secret | null;
  readonly #settings: OwnClientSettings;
  readonly #context: OwnClientContext;
  readonly #remembered = new Map<OwnEndpoint, Remembered>();
  #inlineKey: Promise<AssertionKey> | null = null;

  constructor(settings: OwnClientSettings, context: OwnClientContext) {
    this.index = settings.index;
    this.id = settings.id;
    this.secret = settings.secret;
    this.#settings = settings;
    this.#context = context;
  }

  async prepare(endpoint: OwnEndpoint): Promise<PreparedClient> {
    const { issuer, endpoints, tls } = this.#context;
    const { method: atEndpoint, mtlsUrl } = endpoints[endpoint];
    const known = await issuer.metadata();
    const means = {
      secret: this.secret !== null,
      key: this.#settings.jwk !== null,
      certificate: tls instanceof Object,
    };
    const method = ownMethod(atEndpoint ?? this.#settings.method, endpoint, known, means);
    const alias = usesCertificate(method) ? (mtlsUrl ?? known.mtlsEndpoints?.[endpoint] ?? null) : null;
    const located = alias === null ? await issuer.locate(endpoint) : { endpoint: alias, metadata: known };
    const { endpoint: url, metadata } = located;
    const remembered = this.#remembered.get(endpoint);
    if (remembered?.metadata === metadata && remembered.url === url) return remembered.prepared;
    const certificate = usesCertificate(method) ? this.#certificate(tls) : null;
    const { secret, id: clientId } = this;
    const { hmacAlgorithm } = this.#settings;
    const material = { clientId, secret, hmacAlgorithm, audience: metadata.issuer, signer: () => this.#sign() };
    const auth = ownClient(method, material, this.#context.clock);
    const prepared = { endpoint: url, auth, tls: certificate, keyParts: this.#keyParts(method, url, certificate) };
    this.#remembered.set(endpoint, { metadata, url, prepared });
    return prepared;
  }

  #certificate(tls: ClientTls | string): ClientTls {
    if (typeof tls === 'string') throw new ProviderConfigError(`the client "${this.id}" cannot authenticate: ${tls}`);
    return tls;
  }

  /** An inline key is the client's own; else one that the gateway made. */
  #sign(): Promise<AssertionKey> {
    const { jwk, signingAlgorithm } = this.#settings;
    if (jwk === null) return this.#context.keys.keyFor(signingAlgorithm);
    this.#inlineKey ??= this.#import(jwk);
    return this.#inlineKey;
  }

  async #import(jwk: Secret): Promise<AssertionKey> {
    const { signingAlgorithm: algorithm } = this.#settings;
    const members = JSON.parse(jwk.reveal()) as Readonly<Record<string, unknown>>;
    try {
      const key = await importPrivateJwk(members, algorithm);
      return { algorithm, kid: typeof members.kid === 'string' ? members.kid : null, key };
    } catch {
      // The cause could quote the key.
      throw new ProviderConfigError(`the "client_jwk" of the client "${this.id}" cannot sign with "${algorithm}"`);
    }
  }

  #keyParts(method: string, url: string, tls: ClientTls | null): readonly string[] {
    const proof = keyedDigest('own client', [this.secret?.reveal() ?? null, this.#settings.jwk?.reveal() ?? null]);
    return [String(this.index), this.id, method, url, proof, tls?.digest ?? ''];
  }
}
