import type { EntitySet } from '../../entities/entity-set.ts';
import type { Service } from '../../entities/service.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../pdk/log.ts';
import type { GatewaySettings } from '../settings.ts';
import { DispatcherBook } from './dispatcher-book.ts';
import { DnsResolver } from './dns/dns-resolver.ts';
import { EndpointBook } from './endpoint.ts';
import { directConfig, type GroupConfig, UpstreamIndex } from './group-config.ts';
import { ActiveChecks } from './health/active-checks.ts';
import { probeOf } from './health/probe.ts';
import { type RoutedUpstream, ServiceUpstream } from './service-upstream.ts';
import { transportOf } from './transport.ts';
import { type GroupHost, UpstreamGroup } from './upstream-group.ts';

const HTTP_PROTOCOLS: ReadonlySet<string> = new Set(['http', 'https', 'grpc', 'grpcs', 'ws', 'wss']);

/** What a registry is made of. */
export interface RegistryOptions {
  readonly settings: Pick<GatewaySettings, 'dns' | 'upstreamKeepAlive' | 'upstreamTls'>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface SharedService {
  readonly upstream: ServiceUpstream;
  users: number;
}

interface SharedGroup {
  readonly group: UpstreamGroup;
  readonly checks: ActiveChecks | null;
  users: number;
}

/**
 * Upstreams by what they connect to. A snapshot acquires those of its services before it goes live and releases them
 * when its last request is over. What two snapshots share they share as one object: a reload that leaves an upstream
 * alone keeps its peers, their sockets, their health and their counters; one that changes its targets keeps those of
 * the targets that stay.
 */
export class UpstreamRegistry {
  readonly #settings: RegistryOptions['settings'];
  readonly #host: GroupHost;
  readonly #dispatchers: DispatcherBook;
  readonly #services = new Map<string, SharedService>();
  readonly #groups = new Map<string, SharedGroup>();
  /** Groups of one upstream entity, oldest first: more than one while an old config ends. */
  readonly #generations = new Map<string, SharedGroup[]>();
  #isStarted = false;

  constructor({ settings, clock, log }: RegistryOptions) {
    this.#settings = settings;
    this.#host = { resolver: new DnsResolver(settings.dns, clock), endpoints: new EndpointBook(), clock, log };
    this.#dispatchers = new DispatcherBook(settings.upstreamKeepAlive);
  }

  /** Services of other protocols than these have no HTTP upstream. */
  static supports(service: Service): boolean {
    return HTTP_PROTOCOLS.has(service.protocol);
  }

  /** Keys of all that is held, by services and by balancers. */
  get held(): { readonly services: readonly string[]; readonly groups: readonly string[] } {
    return { services: [...this.#services.keys()].sort(), groups: [...this.#groups.keys()].sort() };
  }

  /** From now on names are resolved and targets checked without being asked. Before that nothing touches the network. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const { group } of this.#groups.values()) void group.resolve();
    for (const generations of this.#generations.values()) this.#settleChecks(generations);
  }

  /** The upstream of a service, made on first use. Every call needs one {@link UpstreamRegistry.release}. */
  acquire(service: Service, entities: EntitySet): RoutedUpstream {
    const config = UpstreamIndex.of(entities).get(service.host) ?? directConfig(service);
    const transport = transportOf(service, config.upstream, entities, this.#settings.upstreamTls);
    const key = `${config.key}|${transport.key}|${service.port}`;
    let shared = this.#services.get(key);
    if (shared === undefined) {
      const group = this.#acquireGroup(config, entities);
      shared = { upstream: new ServiceUpstream(service, key, group, transport, this.#dispatchers), users: 0 };
      this.#services.set(key, shared);
    }
    shared.users++;
    return shared.upstream;
  }

  /** Closes the connections when nobody uses them any more; requests under way on them end first. */
  async release({ key }: RoutedUpstream): Promise<void> {
    const shared = this.#services.get(key);
    if (shared === undefined) return;
    shared.users--;
    if (shared.users > 0) return;
    this.#services.delete(key);
    const closed = shared.upstream.close();
    this.#releaseGroup(shared.upstream.group.config);
    await closed;
  }

  /**
   * Holds an upstream of a config, used by a service or not: its health is known too.
   * @returns gives it back
   */
  hold(config: GroupConfig, entities: EntitySet): () => void {
    this.#acquireGroup(config, entities);
    return () => this.#releaseGroup(config);
  }

  /** The balancer of an upstream entity as a config has it; `null` when it is not held. */
  group(entities: EntitySet, name: string): UpstreamGroup | null {
    const config = UpstreamIndex.of(entities).get(name);
    return config === null ? null : (this.#groups.get(config.key)?.group ?? null);
  }

  #acquireGroup(config: GroupConfig, entities: EntitySet): UpstreamGroup {
    let shared = this.#groups.get(config.key);
    if (shared === undefined) {
      const group = new UpstreamGroup(config, this.#host);
      shared = { group, checks: checksOf(group, entities), users: 0 };
      this.#groups.set(config.key, shared);
      const generations = this.#generations.get(config.id) ?? [];
      this.#generations.set(config.id, [...generations, shared]);
      if (this.#isStarted) void group.resolve();
      this.#settleChecks([...generations, shared]);
    }
    shared.users++;
    return shared.group;
  }

  #releaseGroup({ key, id }: GroupConfig): void {
    const shared = this.#groups.get(key);
    if (shared === undefined) return;
    shared.users--;
    if (shared.users > 0) return;
    this.#groups.delete(key);
    shared.checks?.stop();
    shared.group.close();
    const left = (this.#generations.get(id) ?? []).filter((other) => other !== shared);
    if (left.length === 0) this.#generations.delete(id);
    else this.#generations.set(id, left);
    this.#settleChecks(left);
  }

  /** While an old config and a new one both hold an upstream, the newer one's checks run. */
  #settleChecks(generations: readonly SharedGroup[]): void {
    if (!this.#isStarted) return;
    for (const shared of generations) {
      if (shared === generations.at(-1)) shared.checks?.start();
      else shared.checks?.stop();
    }
  }
}

/** `null` when no active check is switched on. */
function checksOf(group: UpstreamGroup, entities: EntitySet): ActiveChecks | null {
  const { upstream } = group.config;
  if (upstream === null) return null;
  const { active } = upstream.healthchecks;
  if (active.healthy.interval === 0 && active.unhealthy.interval === 0) return null;
  const certificate = entities.certificates.find(({ id }) => id === upstream.client_certificate?.id);
  const clientCertificate = certificate === undefined ? null : { cert: certificate.cert, key: certificate.key };
  const probe = probeOf({ checks: active, hostHeader: upstream.host_header ?? null, clientCertificate });
  return new ActiveChecks(group, active, probe);
}
