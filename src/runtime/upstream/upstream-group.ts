import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../pdk/log.ts';
import type { Algorithm } from './algorithm/algorithm.ts';
import { chooseAlgorithm } from './algorithm/choose-algorithm.ts';
import { RoundRobin } from './algorithm/round-robin.ts';
import type { BalancerInput } from './balancer.ts';
import type { DnsResolver } from './dns/dns-resolver.ts';
import type { FoundAddress, FoundAddresses } from './dns/name-query.ts';
import { type Endpoint, type EndpointBook, Member } from './endpoint.ts';
import type { GroupConfig, GroupTarget } from './group-config.ts';
import { HealthRules, type HealthSign } from './health/health-rules.ts';

/** What all groups share. */
export interface GroupHost {
  readonly resolver: DnsResolver;
  readonly endpoints: EndpointBook;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A target and what its name leads to at present. */
export interface TargetState {
  readonly target: GroupTarget;
  /** `null` before the first answer and when there is none. */
  found: FoundAddresses | null;
  /** Why there is none. */
  error: Error | null;
  members: readonly Member[];
}

const NONE_TRIED: readonly Endpoint[] = [];
/** Names are looked at again this often; the resolver knows when their records are out of date. */
const REVIEW_MS = 500;

/**
 * The targets of one upstream, the addresses they lead to, and the choice among these. Knows nothing of connections:
 * services that share an upstream share the group, whatever protocol they speak.
 */
export class UpstreamGroup {
  readonly config: GroupConfig;
  readonly targets: readonly TargetState[];
  readonly algorithm: Algorithm;
  /** What the traffic says about health; `null` when nothing of it is counted. */
  readonly passive: HealthRules | null;
  readonly #host: GroupHost;
  /** Percentage of the weight that must be healthy. */
  readonly #threshold: number;
  readonly #held = new Map<string, { readonly endpoint: Endpoint; readonly unwatch: () => void }>();
  readonly #listeners = new Set<() => void>();
  #members: readonly Member[] = [];
  #totalWeight = 0;
  #availableWeight = 0;
  #isHealthy = false;
  #hasWarned = false;
  /** When names are to be looked at again; milliseconds. */
  #dueAt: number;

  constructor(config: GroupConfig, host: GroupHost) {
    const { upstream } = config;
    this.config = config;
    this.#host = host;
    this.targets = config.targets.map((target) => ({ target, found: null, error: null, members: [] }));
    this.algorithm = upstream === null ? new RoundRobin() : chooseAlgorithm(upstream, host.clock);
    this.#threshold = upstream?.healthchecks.threshold ?? 0;
    const passive = upstream === null ? null : new HealthRules(upstream.healthchecks.passive);
    this.passive = passive !== null && (passive.watchesFailures || passive.watchesSuccesses) ? passive : null;
    this.#dueAt = 0;
    if (this.#takeKnownNames()) this.#dueAt = Number.POSITIVE_INFINITY;
    this.#rebuild();
  }

  /** Milliseconds of the clock that the group goes by. */
  now(): number {
    return this.#host.clock.now();
  }

  /** All addresses, whatever their weight and health. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** Whether enough of the weight is healthy. */
  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  get totalWeight(): number {
    return this.#totalWeight;
  }

  get availableWeight(): number {
    return this.#availableWeight;
  }

  /** Calls `listener` whenever there are other addresses, until the returned function is called. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Chooses an address; a promise only while none is known because names are being resolved.
   * @throws {NameResolutionError} when the group is a service's own host, and its name leads nowhere
   */
  pick(input: BalancerInput, tried: readonly Endpoint[]): Member | null | Promise<Member | null> {
    if (this.#dueAt !== Number.POSITIVE_INFINITY && this.#host.clock.now() >= this.#dueAt) {
      const pending = this.#review();
      if (pending !== null && this.#members.length === 0) {
        return pending.then(() => {
          void this.#review();
          return this.#choose(input, tried);
        });
      }
    }
    return this.#choose(input, tried);
  }

  /** Looks at the names of all targets again. Resolves when all that can be known is. */
  async resolve(): Promise<void> {
    if (this.#dueAt === Number.POSITIVE_INFINITY) return;
    const pending = this.#review();
    if (pending === null) return;
    await pending;
    void this.#review();
  }

  /** Counts what was seen of a member by its rules. `by` says who saw it, for the log. */
  report(member: Member, rules: HealthRules, sign: HealthSign, by: 'active check' | 'traffic'): void {
    if (rules.apply(member.endpoint.health, sign)) this.#logMember(member, `${by}: ${describeSign(sign)}`);
  }

  /** Decides about a member, whatever was seen of it. */
  setHealth(member: Member, isHealthy: boolean): void {
    if (member.endpoint.health.set(isHealthy)) this.#logMember(member, 'set by hand');
  }

  /** Gives back its endpoints; the group is of no use afterwards. */
  close(): void {
    for (const [key, { unwatch }] of this.#held) {
      unwatch();
      this.#host.endpoints.release(key);
    }
    this.#held.clear();
    this.#listeners.clear();
  }

  #choose(input: BalancerInput, tried: readonly Endpoint[]): Member | null {
    if (!this.#isHealthy) {
      if (this.config.upstream === null) this.#throwWhy();
      return null;
    }
    const member = this.algorithm.pick(input, tried);
    return member === null && tried.length > 0 ? this.algorithm.pick(input, NONE_TRIED) : member;
  }

  #throwWhy(): void {
    for (const { error } of this.targets) if (error !== null) throw error;
  }

  /** Takes what needs no question. @returns whether that is all of it, for ever */
  #takeKnownNames(): boolean {
    let isAll = true;
    for (const state of this.targets) {
      state.found = this.#host.resolver.known(state.target.host);
      if (state.found?.ttl !== Number.POSITIVE_INFINITY) isAll = false;
    }
    return isAll;
  }

  /** @returns what is being asked for; `null` when all is known */
  #review(): Promise<unknown> | null {
    const pending: Promise<unknown>[] = [];
    let hasChanged = false;
    for (const state of this.targets) {
      const before = state.found;
      try {
        const found = this.#host.resolver.resolve(state.target.host);
        if (found instanceof Promise) pending.push(found.catch(() => undefined));
        else {
          state.found = found;
          state.error = null;
        }
      } catch (error) {
        if (state.error === null) this.#logUnresolved(state.target, error as Error);
        state.found = null;
        state.error = error as Error;
      }
      if (state.found !== before) hasChanged = true;
    }
    if (hasChanged) this.#rebuild();
    // Answers to come are taken by the next to ask.
    this.#dueAt = pending.length > 0 ? 0 : this.#host.clock.now() + REVIEW_MS;
    return pending.length > 0 ? Promise.all(pending) : null;
  }

  #logUnresolved({ host }: GroupTarget, { message }: Error): void {
    if (this.config.upstream === null) return;
    this.#host.log.warn({ upstream: this.config.name, target: host, reason: message }, 'cannot resolve a target');
  }

  /** Makes the members anew; endpoints that stay are the same objects. */
  #rebuild(): void {
    const unused = new Set(this.#held.keys());
    for (const state of this.targets) {
      state.members = (state.found?.addresses ?? []).map((address) => this.#member(state.target, address, unused));
    }
    this.#members = this.targets.flatMap(({ members }) => members);
    this.#update();
    for (const listener of this.#listeners) listener();
    for (const key of unused) {
      this.#held.get(key)?.unwatch();
      this.#held.delete(key);
      this.#host.endpoints.release(key);
    }
  }

  #member(target: GroupTarget, { ip, port, weight, name }: FoundAddress, unused: Set<string>): Member {
    const actualPort = port === 0 ? target.port : port;
    const key = `${this.config.id}|${target.host}|${ip}|${actualPort}`;
    unused.delete(key);
    let held = this.#held.get(key);
    if (held === undefined) {
      const endpoint = this.#host.endpoints.acquire(key, ip, actualPort);
      held = { endpoint, unwatch: endpoint.health.watch(() => this.#update()) };
      this.#held.set(key, held);
    }
    const usesSrvName = this.config.upstream?.use_srv_name === true && name !== null;
    const share = target.weight === 0 ? 0 : (weight ?? target.weight);
    return new Member(held.endpoint, share, usesSrvName ? name : target.host);
  }

  /** Who can take requests, after a change of members or of their health. */
  #update(): void {
    const weighted = this.#members.filter(({ weight }) => weight > 0);
    const available = weighted.filter(({ endpoint }) => endpoint.health.isHealthy);
    this.#totalWeight = sumOfWeights(weighted);
    this.#availableWeight = sumOfWeights(available);
    const wasHealthy = this.#isHealthy;
    this.#isHealthy = this.#totalWeight > 0 && (this.#availableWeight / this.#totalWeight) * 100 > this.#threshold;
    this.algorithm.update(available);
    if (this.config.upstream !== null && wasHealthy !== this.#isHealthy) this.#logHealth();
  }

  #logMember({ endpoint, hostName }: Member, reason: string): void {
    const fields = { upstream: this.config.name, target: hostName, address: endpoint.address, reason };
    if (endpoint.health.isHealthy) this.#host.log.info(fields, 'a target is healthy');
    else this.#host.log.warn(fields, 'a target is unhealthy');
  }

  #logHealth(): void {
    const { name } = this.config;
    if (this.#isHealthy) {
      if (this.#hasWarned) this.#host.log.info({ upstream: name }, 'an upstream can take requests again');
    } else {
      this.#hasWarned = true;
      const weight = { total: this.#totalWeight, available: this.#availableWeight };
      this.#host.log.warn({ upstream: name, weight }, 'an upstream can take no requests');
    }
  }
}

function sumOfWeights(members: readonly Member[]): number {
  return members.reduce((sum, { weight }) => sum + weight, 0);
}

function describeSign(sign: HealthSign): string {
  return typeof sign === 'number' ? `status ${sign}` : sign;
}
