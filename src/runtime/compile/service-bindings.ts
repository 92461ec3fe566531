import type { EntitySet } from '../../entities/entity-set.ts';
import type { Service } from '../../entities/service.ts';
import type { RoutedUpstream } from '../upstream/service-upstream.ts';
import { UpstreamIndex } from '../upstream/group-config.ts';
import { isTlsProtocol } from '../upstream/service-address.ts';
import type { UpstreamRegistry } from '../upstream/upstream-registry.ts';
import type { Lifetimes, Release } from './lifetimes.ts';

/** A service and what its requests are sent to, for all its routes. */
export interface Binding {
  readonly service: Service;
  readonly upstream: RoutedUpstream;
  /** How many routes use it. */
  users: number;
}

interface Hold {
  readonly release: Release;
  readonly born: number;
}

/**
 * What snapshots hold of the upstream registry: the upstream of each service that a route leads to, and every balancer
 * of the config. What a change of the config leaves alone stays as it is, with its connections and its health.
 */
export class ServiceBindings {
  readonly #registry: UpstreamRegistry;
  readonly #lifetimes: Lifetimes;
  readonly #bound = new Map<string, { readonly binding: Binding; readonly born: number }>();
  /** Ids of bound services by their host, which may be the name of an upstream. */
  readonly #byHost = new Map<string, Set<string>>();
  /** By the name of the upstream. */
  readonly #holds = new Map<string, Hold>();

  constructor(registry: UpstreamRegistry, lifetimes: Lifetimes) {
    this.#registry = registry;
    this.#lifetimes = lifetimes;
  }

  /** Takes note of entities that mean the same as those before. */
  adopt(before: EntitySet, after: EntitySet): void {
    UpstreamIndex.of(after, before);
  }

  /** Begins a change. @param changed services that are not as they were, by id */
  change(before: EntitySet, after: EntitySet, changed: ReadonlySet<string>): BindingChange {
    const [earlier, index] = [UpstreamIndex.of(before), UpstreamIndex.of(after, before)];
    const [left, come] = [earlier.notIn(index), index.notIn(earlier)];
    const hasKeys = before.certificates !== after.certificates || before.ca_certificates !== after.ca_certificates;
    const stale = new Set(changed);
    for (const { name } of [...left, ...come]) for (const id of this.#byHost.get(name) ?? []) stale.add(id);
    for (const { binding } of hasKeys ? this.#bound.values() : []) {
      if (showsOrTrustsKeys(binding.service, index)) stale.add(binding.service.id);
    }
    return new BindingChange({
      stale,
      bound: (id) => this.#bound.get(id)?.binding ?? null,
      acquire: (service) => this.#registry.acquire(service, after),
      release: (upstream) => this.#registry.release(upstream),
      commit: (fresh, unused, born) => {
        for (const config of come) {
          const release = this.#registry.hold(config, after);
          this.#leave(this.#holds.get(config.name));
          this.#holds.set(config.name, { release, born });
        }
        for (const { name } of left) {
          if (index.get(name) !== null) continue;
          this.#leave(this.#holds.get(name));
          this.#holds.delete(name);
        }
        this.#settle(fresh, unused, born);
      },
    });
  }

  #settle(fresh: ReadonlyMap<string, Binding>, unused: ReadonlySet<Binding>, born: number): void {
    for (const binding of unused) {
      const { id } = binding.service;
      const bound = this.#bound.get(id);
      if (bound?.binding !== binding) continue;
      this.#bound.delete(id);
      const others = this.#byHost.get(binding.service.host);
      others?.delete(id);
      if (others?.size === 0) this.#byHost.delete(binding.service.host);
      this.#leave({ born: bound.born, release: () => this.#registry.release(binding.upstream) });
    }
    for (const [id, binding] of fresh) {
      const { host } = binding.service;
      this.#bound.set(id, { binding, born });
      this.#byHost.set(host, (this.#byHost.get(host) ?? new Set<string>()).add(id));
    }
  }

  #leave(hold: Hold | undefined): void {
    if (hold !== undefined) void this.#lifetimes.leaveOut(hold.born, hold.release);
  }
}

/** What a {@link BindingChange} needs of its owner. */
export interface BindingSource {
  readonly stale: ReadonlySet<string>;
  readonly bound: (serviceId: string) => Binding | null;
  readonly acquire: (service: Service) => RoutedUpstream;
  readonly release: (upstream: RoutedUpstream) => Promise<void>;
  readonly commit: (fresh: ReadonlyMap<string, Binding>, unused: ReadonlySet<Binding>, born: number) => void;
}

/** The bindings while a config is being compiled. Nothing is given back before the whole is committed. */
export class BindingChange {
  readonly #source: BindingSource;
  readonly #fresh = new Map<string, Binding>();
  /** Changes of {@link Binding.users}. */
  readonly #counts = new Map<Binding, number>();

  constructor(source: BindingSource) {
    this.#source = source;
  }

  /** Services whose routes must be bound anew, by id. */
  get stale(): ReadonlySet<string> {
    return this.#source.stale;
  }

  /** A route uses a service. */
  use(service: Service): Binding {
    const binding = this.#bindingOf(service);
    this.#count(binding, 1);
    return binding;
  }

  /** A route uses a binding no more. */
  leave(binding: Binding | null): void {
    if (binding !== null) this.#count(binding, -1);
  }

  /** @param born number of the snapshot that the change is for */
  commit(born: number): void {
    const unused = new Set<Binding>();
    for (const [binding, change] of this.#counts) {
      binding.users += change;
      if (binding.users === 0) unused.add(binding);
    }
    this.#source.commit(this.#fresh, unused, born);
  }

  /** Gives back what was acquired, when the change is not to be. */
  discard(): void {
    for (const { upstream } of this.#fresh.values()) void this.#source.release(upstream);
  }

  #bindingOf(service: Service): Binding {
    const { id } = service;
    const known = this.#fresh.get(id) ?? (this.stale.has(id) ? null : this.#source.bound(id));
    if (known !== null) return known;
    const binding: Binding = { service, upstream: this.#source.acquire(service), users: 0 };
    this.#fresh.set(id, binding);
    return binding;
  }

  #count(binding: Binding, change: number): void {
    this.#counts.set(binding, (this.#counts.get(binding) ?? 0) + change);
  }
}

/** Whether connections for a service depend on certificates of the config. */
function showsOrTrustsKeys(
  { protocol, host, client_certificate: own, ca_certificates: trusted }: Service,
  index: UpstreamIndex,
): boolean {
  if (!isTlsProtocol(protocol)) return false;
  const shared = index.get(host)?.upstream?.client_certificate ?? null;
  return own !== null || shared !== null || (trusted !== null && trusted.length > 0);
}
