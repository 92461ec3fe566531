import type { CacheEntry } from '../cache/cache.ts';
import { uuidV5 } from '../lib/digest.ts';
import { discoveryUrl } from './discovery-url.ts';
import { ProviderConfigError } from './errors.ts';
import { type IssuerDependencies, IssuerFetches } from './issuer-fetches.ts';
import { IssuerRecord } from './issuer-record.ts';
import { documentKey, type IssuerSettings, jwksKey, settingsDigest } from './issuer-settings.ts';
import { type IssuerUser, type IssuerView, issuerView } from './issuer-view.ts';
import type { JwksDocument } from './jwks.ts';
import { KeySet } from './key-set.ts';
import {
  type DiscoveryDocument,
  type EndpointName,
  type ProviderMetadata,
  pseudoMetadata,
  readMetadata,
} from './provider-metadata.ts';

const ISSUER_NAMESPACE = '3f1c7b52-53d4-5b0e-9d3a-6f2a3a1f4c11';
const COOL_DOWN_AFTER_FAILURE_MS = 5000;

/** Where an endpoint is, and what else its provider says. */
export interface LocatedEndpoint {
  readonly endpoint: string;
  readonly metadata: ProviderMetadata;
}

interface KeySource {
  /** Of the cache. */
  readonly key: string;
  readonly uri: string;
}

/**
 * One identity provider: its metadata and keys, fetched when first needed, renewed in the background, kept when
 * renewing fails. Does nothing on its own: every fetch is set off by a request.
 */
export class Issuer {
  /** Stable for equal settings. */
  readonly id: string;
  readonly settings: IssuerSettings;
  /** What it has cost, and what went wrong. */
  readonly record: IssuerRecord;
  /** Kept by the registry. */
  readonly users: IssuerUser[] = [];
  readonly #deps: IssuerDependencies;
  readonly #fetches: IssuerFetches;
  readonly #documentKey: string;
  readonly #createdAt: number;
  readonly #pseudo: ProviderMetadata | null;
  /** What was derived from the cached documents, kept while these are the same objects. */
  #derived: { readonly document: DiscoveryDocument; readonly metadata: ProviderMetadata } | null = null;
  readonly #keySets = new Map<string, { readonly document: JwksDocument; readonly keys: KeySet }>();
  #rediscovery: Promise<boolean> | null = null;
  #rediscoverableAt = 0;

  constructor(settings: IssuerSettings, shared: IssuerDependencies) {
    const deps = { ...shared, http: shared.http.through(settings.transport) };
    this.settings = settings;
    this.#deps = deps;
    this.record = new IssuerRecord(settings.issuer, deps.clock, deps.log);
    this.#fetches = new IssuerFetches(settings, deps, this.record);
    this.#documentKey = documentKey(settings);
    this.id = uuidV5(ISSUER_NAMESPACE, settingsDigest(settings));
    this.#createdAt = deps.clock.now();
    this.#pseudo = settings.usingPseudoIssuer ? pseudoMetadata(settings.issuer, settings) : null;
  }

  /** Lets go of connections. What is known stays cached. */
  close(): void {
    this.#deps.http.release();
  }

  /** Milliseconds since the epoch, by this gateway's clock. */
  now(): number {
    return this.#deps.clock.now();
  }

  /**
   * What the provider announces. Synchronous once it is known.
   *
   * @throws {IdentityProviderError} when it was never known and the provider is at fault
   * @throws {ProviderConfigError} when it was never known and there is no document
   */
  metadata(): ProviderMetadata | Promise<ProviderMetadata> {
    if (this.#pseudo !== null) return this.#pseudo;
    const found = this.#deps.discovery.through(this.#documentKey, this.#fetches.discovery);
    return found instanceof Promise ? found.then((entry) => this.#read(entry)) : this.#read(found);
  }

  /**
   * The URL of an endpoint; when the document has none it is fetched again, within the limits of rediscovery.
   * Synchronous once it is known.
   *
   * @throws {ProviderConfigError} when there is none; and as {@link Issuer.metadata}
   */
  endpoint(name: EndpointName): string | Promise<string> {
    const metadata = this.metadata();
    const url = metadata instanceof Promise ? undefined : metadata.endpoints[name];
    return url ?? this.locate(name).then(({ endpoint }) => endpoint);
  }

  /**
   * An endpoint and the metadata that names it, both of one generation of the document: with the endpoint of one and the
   * issuer of another, a provider that takes over from an honest one could be sent what is meant for that.
   *
   * @throws as {@link Issuer.endpoint}
   */
  async locate(name: EndpointName): Promise<LocatedEndpoint> {
    let metadata = await this.metadata();
    if (metadata.endpoints[name] === undefined && (await this.rediscover())) metadata = await this.metadata();
    const endpoint = metadata.endpoints[name];
    if (endpoint !== undefined) return { endpoint, metadata };
    throw new ProviderConfigError(`the issuer "${this.settings.issuer}" has no usable "${name}"`);
  }

  /**
   * How to get the key sets of a generation of metadata, in the order they are consulted: the provider's own, then the
   * extra ones.
   *
   * @throws {ProviderConfigError} when there is none
   */
  keySets(metadata: ProviderMetadata): readonly (() => Promise<KeySet>)[] {
    const sources = this.#keySources(metadata);
    if (sources.length === 0) throw new ProviderConfigError(`the issuer "${this.settings.issuer}" has no "jwks_uri"`);
    return sources.map((source) => () => this.#keySet(source));
  }

  /**
   * Starts to fetch the provider's own keys when none are known yet, so that a token that is being asked for need not
   * wait for them afterwards. A failure counts only for who really needs a key.
   */
  fetchKeysAhead(): void {
    const metadata = this.metadata();
    if (metadata instanceof Promise) {
      metadata.catch(() => undefined);
      return;
    }
    const [own] = this.#keySources(metadata);
    if (own !== undefined && this.#deps.jwks.peek(own.key) === null) this.#keySet(own).catch(() => undefined);
  }

  /**
   * Fetches document and keys again because something was missing; everyone who asks meanwhile waits for the same
   * attempt. Answers false, without a fetch, within `rediscoveryLifetimeMs` of the last attempt (5 s if that failed).
   * A failure changes nothing and answers false.
   */
  rediscover(): Promise<boolean> {
    if (this.#rediscovery !== null) return this.#rediscovery;
    if (this.now() < this.#rediscoverableAt) return Promise.resolve(false);
    this.#rediscovery = this.#refetch().finally(() => {
      this.#rediscovery = null;
    });
    return this.#rediscovery;
  }

  /** Drops what is cached; the next request discovers anew. */
  async forget(): Promise<void> {
    const { discovery, jwks } = this.#deps;
    const keys = this.#knownKeySources().map(({ key }) => key);
    this.#keySets.clear();
    this.#derived = null;
    this.#rediscoverableAt = 0;
    this.record.forgetError();
    await Promise.all([discovery.delete(this.#documentKey), ...keys.map((key) => jwks.delete(key))]);
  }

  /** For the Admin API; holds nothing secret. */
  view(): IssuerView {
    const { discovery, jwks } = this.#deps;
    return issuerView({
      issuer: this,
      createdAt: this.#createdAt,
      document: discovery.peek(this.#documentKey),
      keySets: this.#knownKeySources().map(({ key, uri }) => ({ uri, entry: jwks.peek(key) })),
      now: this.now(),
    });
  }

  #read(entry: CacheEntry<DiscoveryDocument>): ProviderMetadata {
    const known = this.#derived;
    if (known !== null && known.document === entry.value) return known.metadata;
    const metadata = readMetadata(entry.value, this.settings);
    this.#derived = { document: entry.value, metadata };
    if (known?.metadata.issuer !== metadata.issuer) this.#warnOfOtherIssuer(metadata.issuer);
    return metadata;
  }

  /** OpenID Connect Discovery §4.3 demands equality; Kong does not, and many set-ups behind a proxy rely on that. */
  #warnOfOtherIssuer(announced: string): void {
    const { issuer } = this.settings;
    if (discoveryUrl(announced) === discoveryUrl(issuer)) return;
    this.#deps.log.warn(
      { issuer, announced },
      'the discovery document names another issuer; tokens must carry that one',
    );
  }

  #knownKeySources(): KeySource[] {
    const metadata = this.#pseudo ?? this.#derived?.metadata;
    return metadata === undefined ? [] : this.#keySources(metadata);
  }

  #keySources(metadata: ProviderMetadata): KeySource[] {
    const own = metadata.jwksUri === null ? [] : [metadata.jwksUri];
    return [
      ...own.map((uri) => ({ uri, key: jwksKey(this.#documentKey, 'own', uri) })),
      ...this.settings.extraJwksUris.map((uri) => ({ uri, key: jwksKey(this.#documentKey, 'extra', uri) })),
    ];
  }

  async #keySet({ key, uri }: KeySource): Promise<KeySet> {
    const load = (previous: CacheEntry<JwksDocument> | null) => this.#fetches.jwks(uri, previous?.value ?? null);
    const { value } = await this.#deps.jwks.through(key, load);
    const known = this.#keySets.get(key);
    if (known?.document === value) return known.keys;
    const keys = new KeySet(value);
    this.#keySets.set(key, { document: value, keys });
    return keys;
  }

  async #refetch(): Promise<boolean> {
    this.record.countRediscovery();
    let coolDownMs = this.settings.rediscoveryLifetimeMs;
    try {
      await this.#replaceDocuments();
      return true;
    } catch {
      // Logged and counted where it happened.
      coolDownMs = Math.min(coolDownMs, COOL_DOWN_AFTER_FAILURE_MS);
      return false;
    } finally {
      this.#rediscoverableAt = this.now() + coolDownMs;
    }
  }

  /** Stores nothing before all of it is here, so that document and keys are always of one generation. */
  async #replaceDocuments(): Promise<void> {
    const { discovery, jwks } = this.#deps;
    const document = this.#pseudo === null ? await this.#fetches.discovery() : null;
    const metadata = document === null ? this.#pseudo : readMetadata(document.value, this.settings);
    const sources = metadata === null ? [] : this.#keySources(metadata);
    const fetched = await Promise.all(
      sources.map(({ key, uri }) => this.#fetches.jwks(uri, jwks.peek(key)?.value ?? null)),
    );
    if (document !== null) discovery.set(this.#documentKey, document);
    sources.forEach(({ key }, index) => {
      const loaded = fetched[index];
      if (loaded !== undefined) jwks.set(key, loaded);
    });
  }
}
