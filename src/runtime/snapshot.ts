import type { Consumer } from '../entities/consumer.ts';
import type { ConsumerGroup } from '../entities/consumer-group.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import type { Route } from '../entities/route.ts';
import type { Service } from '../entities/service.ts';
import type { ClientCertificateNames } from './listen/client-certificate-names.ts';
import type { CertificateTable } from './listen/certificate-table.ts';
import type { ConfiguredPlugin, PluginChain } from './plugin-chain.ts';
import type { Routable, Router } from '../router/router.ts';
import type { StreamRouter } from '../router/stream-request.ts';
import type { ProtocolDemands } from './protocol-demands.ts';
import type { StreamRoute } from './stream/stream-route.ts';
import type { RoutedUpstream } from './upstream/service-upstream.ts';

const NO_GROUPS: readonly ConsumerGroup[] = [];

/** What a router finds: a place where the snapshot has the route. */
export interface RouteSlot extends Routable {
  readonly route: Route;
  readonly slot: number;
}

/** A route with everything its requests need, decided once. */
export interface CompiledRoute {
  readonly route: Route;
  readonly service: Service | null;
  readonly chain: PluginChain;
  /** `null` when the route has no service. */
  readonly upstream: RoutedUpstream | null;
  /** The Host header for the upstream unless `preserve_host`; a peer may have its own. */
  readonly upstreamHost: string;
  /** The service's path, `/` when it has none. */
  readonly basePath: string;
  /** The route's `path_handling` where the router flavor heeds it, else `v0`. */
  readonly pathHandling: 'v0' | 'v1';
  readonly demands: ProtocolDemands;
  /** Name or id, for logs. */
  readonly label: string;
}

/** A config, compiled. Immutable in all that requests see, but for the count of those that still use it. */
export class Snapshot {
  readonly hash: string;
  readonly router: Router<RouteSlot>;
  /** By {@link RouteSlot.slot}. */
  readonly routes: readonly (CompiledRoute | undefined)[];
  /** For connections that are not HTTP. */
  readonly streamRouter: StreamRouter<StreamRoute>;
  readonly streamRoutes: readonly StreamRoute[];
  readonly globalChain: PluginChain;
  /** What TLS listeners serve. */
  readonly certificates: CertificateTable;
  readonly #clientCertificateNames: ClientCertificateNames;
  /** Global plugins with a `rewrite` handler, in order. */
  readonly rewrites: readonly ConfiguredPlugin[];
  readonly #groups: () => ReadonlyMap<string, readonly ConsumerGroup[]>;
  readonly #release: () => Promise<void>;
  #entities: EntitySet;
  #inFlight = 0;
  #isRetired = false;

  constructor(init: {
    readonly hash: string;
    readonly entities: EntitySet;
    readonly router: Router<RouteSlot>;
    readonly routes: readonly (CompiledRoute | undefined)[];
    readonly streamRouter: StreamRouter<StreamRoute>;
    readonly streamRoutes: readonly StreamRoute[];
    readonly globalChain: PluginChain;
    readonly certificates: CertificateTable;
    readonly clientCertificateNames: ClientCertificateNames;
    /** Groups of each consumer that has any, by its id. */
    readonly groups: () => ReadonlyMap<string, readonly ConsumerGroup[]>;
    /** Says that nothing of the snapshot is used any more. Called once. */
    readonly release: () => Promise<void>;
  }) {
    this.hash = init.hash;
    this.#entities = init.entities;
    this.router = init.router;
    this.routes = init.routes;
    this.streamRouter = init.streamRouter;
    this.streamRoutes = init.streamRoutes;
    this.globalChain = init.globalChain;
    this.certificates = init.certificates;
    this.#clientCertificateNames = init.clientCertificateNames;
    this.rewrites = init.globalChain.fixed.filter(({ handler }) => handler.rewrite !== undefined);
    this.#groups = init.groups;
    this.#release = init.release;
  }

  /** The config, as it is shown. */
  get entities(): EntitySet {
    return this.#entities;
  }

  /** Shows other entities that mean the same: times differ, or ids that nothing refers to. */
  show(entities: EntitySet): void {
    this.#entities = entities;
  }

  /** The groups a consumer belongs to. */
  groupsOf(consumer: Consumer): readonly ConsumerGroup[] {
    return this.#groups().get(consumer.id) ?? NO_GROUPS;
  }

  /** Requests, and connections that are not HTTP, that started with this snapshot and are not over. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether a plugin wants clients that ask for this server, or for none, to be asked for a certificate. */
  wantsClientCertificate(serverName: string | null): boolean {
    return this.#clientCertificateNames.has(serverName);
  }

  enter(): void {
    this.#inFlight++;
  }

  /** @returns the release under way when this was the last request of a retired snapshot */
  leave(): Promise<void> | null {
    this.#inFlight--;
    return this.#inFlight === 0 && this.#isRetired ? this.#release() : null;
  }

  /** No new request will enter. Resources are released as soon as the last one has left. */
  retire(): Promise<void> | null {
    if (this.#isRetired) return null;
    this.#isRetired = true;
    return this.#inFlight === 0 ? this.#release() : null;
  }
}
