import { Agent } from 'undici';
import { Caches } from '../cache/caches.ts';
import { type EntryView, inspectNamespace } from '../cache/cache-inspector.ts';
import { openStore } from '../cache/cache-stores.ts';
import type { CacheStats } from '../cache/cache.ts';
import { emptyEntitySet, type EntitySet } from '../entities/entity-set.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import type { Logger } from '../pdk/log.ts';
import type { PluginDefinition, PluginHost } from '../pdk/plugin.ts';
import { ClientIdentity } from './client-identity.ts';
import { Compiler } from './compile/compiler.ts';
import { GatewayHost } from './gateway-host.ts';
import { HttpListeners } from './listen/http-listeners.ts';
import type { BoundAddress, ListenAddress } from './listen/listen-address.ts';
import { RequestEntry } from './request-entry.ts';
import { RequestFlow } from './request-flow.ts';
import { defaultSettings, type GatewaySettings } from './settings.ts';
import type { Snapshot } from './snapshot.ts';
import { StreamListeners } from './stream/stream-listeners.ts';
import type { UpstreamGroup } from './upstream/upstream-group.ts';
import { UpstreamRegistry } from './upstream/upstream-registry.ts';

/** What a gateway is made of. */
export interface GatewayOptions {
  readonly catalog: PluginCatalog<PluginDefinition>;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Where caches are kept beside memory: `redis://…`, `file:///…`; memory alone by default. */
  readonly cacheUrl?: string;
  readonly settings?: Partial<GatewaySettings>;
}

/** Counters since start, for `/status`; nginx's names. */
export interface ConnectionCounters {
  readonly connectionsActive: number;
  readonly connectionsAccepted: number;
  readonly connectionsHandled: number;
  readonly totalRequests: number;
  readonly requestsActive: number;
}

/** Kong's hash of "no configuration". */
export const EMPTY_HASH = '0'.repeat(32);

/**
 * Owns everything that outlives a config: listeners, caches, connection pools and plugin state. Holds exactly one
 * current {@link Snapshot}; {@link Gateway.apply} replaces it between two requests.
 */
export class Gateway {
  readonly catalog: PluginCatalog<PluginDefinition>;
  readonly host: PluginHost;
  readonly #log: Logger;
  readonly #settings: GatewaySettings;
  readonly #caches: Caches;
  readonly #upstreams: UpstreamRegistry;
  readonly #ownedHost: GatewayHost;
  readonly #entry: RequestEntry;
  readonly #listeners: HttpListeners;
  readonly #streams: StreamListeners;
  readonly #compiler: Compiler;
  #current: Snapshot;
  #isDraining = false;

  /** @throws {TypeError} when a setting makes no sense; whatever opening the cache store throws */
  static async create(options: GatewayOptions): Promise<Gateway> {
    const clock = options.clock ?? systemClock;
    const store = await openStore(options.cacheUrl, { log: options.log });
    return new Gateway(options, clock, new Caches({ store, clock, log: options.log }));
  }

  private constructor(options: GatewayOptions, clock: Clock, caches: Caches) {
    this.catalog = options.catalog;
    this.#log = options.log;
    this.#settings = { ...defaultSettings, ...options.settings };
    this.#caches = caches;
    this.#upstreams = new UpstreamRegistry({ settings: this.#settings, clock, log: options.log });
    const { authDebugHeader, deniedIdpAddresses, upstreamTls } = this.#settings;
    const { trustedCertificates } = upstreamTls;
    this.#ownedHost = new GatewayHost({
      ...{ caches, http: new Agent(), clock, log: options.log },
      ...{ authDebugHeader, deniedIdpAddresses, trustedCertificates },
    });
    this.host = this.#ownedHost;
    const clients = new ClientIdentity(this.#settings);
    const current = (): Snapshot => this.#current;
    this.#entry = new RequestEntry({
      current,
      flow: new RequestFlow(this.#settings, clients),
      settings: this.#settings,
      clock,
      log: options.log,
      onRelease: (release) => this.#watchRelease(release),
    });
    this.#listeners = new HttpListeners(this.#entry, {
      settings: this.#settings,
      current,
      trusts: (address) => clients.trusts(address),
      clock,
      log: options.log,
    });
    this.#streams = new StreamListeners({
      context: this.#listeners.context,
      settings: this.#settings,
      current,
      clock,
      onRelease: (release) => this.#watchRelease(release),
    });
    this.#compiler = new Compiler({
      ...{ catalog: this.catalog, host: this.host, upstreams: this.#upstreams, log: this.#log },
      ...{ tls: this.#settings.tls, routerFlavor: this.#settings.routerFlavor },
    });
    this.#current = this.#compiler.compile(emptyEntitySet, EMPTY_HASH);
  }

  /** The config in force. */
  get snapshot(): Snapshot {
    return this.#current;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /**
   * Makes `entities` the config of every request that starts from now on; requests under way end with the one they
   * started with. It takes time in proportion to the rows that are not the same objects as in the config in force.
   * Entities of which the hash says that they mean the same are only shown from now on. Throws, and changes nothing,
   * when the entities cannot be compiled.
   *
   * @param hash of the entities, see `hashEntities`
   */
  apply(entities: EntitySet, hash: string): 'applied' | 'unchanged' {
    const previous = this.#current;
    if (hash === previous.hash) {
      this.#compiler.adopt(entities);
      previous.show(entities);
      return 'unchanged';
    }
    this.#current = this.#compiler.compile(entities, hash);
    this.#watchRelease(previous.retire());
    return 'applied';
  }

  /** Starts to take requests. @throws {ListenError} when the address cannot be had */
  async listen(address: ListenAddress): Promise<BoundAddress> {
    this.#upstreams.start();
    return await this.#listeners.open(address);
  }

  /** Starts to take connections that are not HTTP. @throws {ListenError} when the address cannot be had */
  async listenStream(address: ListenAddress): Promise<BoundAddress> {
    this.#upstreams.start();
    return await this.#streams.open(address);
  }

  counters(): ConnectionCounters {
    const active = this.#listeners.active + this.#streams.active;
    const accepted = this.#listeners.accepted + this.#streams.accepted;
    return {
      connectionsActive: active,
      connectionsAccepted: accepted,
      connectionsHandled: accepted,
      totalRequests: this.#entry.total,
      requestsActive: this.#current.inFlight,
    };
  }

  cacheStats(): Record<string, CacheStats> {
    return this.#caches.stats();
  }

  /** The balancer of an upstream of the config in force; `null` when it has none of that name. */
  upstreamGroup(name: string): UpstreamGroup | null {
    return this.#upstreams.group(this.#current.entities, name);
  }

  /** Ages of what a cache holds, never the values; `null` when there is no cache of that name. */
  cacheEntries(namespace: string): readonly EntryView[] | null {
    return inspectNamespace(this.#caches, namespace, this.host.clock.now());
  }

  /**
   * Takes no new connections, lets requests under way end for at most `timeoutMs`, then closes everything.
   * The gateway is of no use afterwards.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    this.#entry.drain();
    await Promise.all([this.#listeners.close(timeoutMs), this.#streams.close(timeoutMs)]);
    // An empty config uses nothing, so what the last one used is given back with its end.
    const [last, empty] = [this.#current, this.#compiler.compile(emptyEntitySet, EMPTY_HASH)];
    this.#compiler.close();
    await Promise.all([last.retire(), empty.retire()]);
    await this.#ownedHost.close();
    await this.#caches.close();
  }

  #watchRelease(release: Promise<void> | null): void {
    release?.catch((error: unknown) =>
      this.#log.error({ err: error }, 'could not close parts of an old configuration'),
    );
  }
}
