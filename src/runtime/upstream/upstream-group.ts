import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../pdk/log.ts';
import type { Algorithm } from './algorithm/algorithm.ts';
import { chooseAlgorithm } from './algorithm/choose-algorithm.ts';
import { RoundRobin } from './algorithm/round-robin.ts';
import type { BalancerInput } from './balancer.ts';
import type { DnsResolver } from './dns/dns-resolver.ts';
import type { FoundAddress } from './dns/name-query.ts';
import { type Endpoint, type EndpointBook, Member } from './endpoint.ts';
import type { GroupConfig, GroupTarget } from './group-config.ts';
import { HealthRules, type HealthSign } from './health/health-rules.ts';
import { TargetNames, type TargetState } from './target-names.ts';

/** What all groups share. */
export interface GroupHost {
  readonly resolver: DnsResolver;
  readonly endpoints: EndpointBook;
  readonly clock: Clock;
  readonly log: Logger;
}

const NONE_TRIED: readonly Endpoint[] = [];
/**
 * The targets of one upstream, the addresses they lead to, and the choice among these. Knows nothing of connections:
 * services that share an upstream share the group, whatever protocol they speak.
 */
export class UpstreamGroup {
  readonly config: GroupConfig;
  readonly algorithm: Algorithm;
  /** What the traffic says about health; `null` when nothing of it is counted. */
  readonly passive: HealthRules | null;
  readonly #host: GroupHost;
  readonly #names: TargetNames;
  /** Percentage of the weight that must be healthy. */
  readonly #threshold: number;
  readonly #held = new Map<string, { readonly endpoint: Endpoint; readonly unwatch: () => void }>();
  readonly #listeners = new Set<() => void>();
  #members: readonly Member[] = [];
  #totalWeight = 0;
  #availableWeight = 0;
  #isHealthy = false;
  #hasWarned = false;

  constructor(config: GroupConfig, host: GroupHost) {
    const { upstream } = config;
    this.config = config;
    this.#host = host;
    this.#names = new TargetNames(config.targets, host, {
      changed: () => this.#rebuild(),
      unresolved: (target, error) => this.#logUnresolved(target, error),
    });
    this.algorithm = upstream === null ? new RoundRobin() : chooseAlgorithm(upstream, host.clock);
    this.#threshold = upstream?.healthchecks.threshold ?? 0;
    const passive = upstream === null ? null : new HealthRules(upstream.healthchecks.passive);
    this.passive = passive !== null && (passive.watchesFailures || passive.watchesSuccesses) ? passive : null;
    this.#rebuild();
  }

  get targets(): readonly TargetState[] {
    return this.#names.targets;
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
    if (this.#names.isDue) {
      const pending = this.#names.review();
      if (pending !== null && this.#members.length === 0) {
        return pending.then(() => {
          void this.#names.review();
          return this.#choose(input, tried);
        });
      }
    }
    return this.#choose(input, tried);
  }

  /** Looks at the names of all targets again. Resolves when all that can be known is. */
  async resolve(): Promise<void> {
    if (!this.#names.isDue) return;
    const pending = this.#names.review();
    if (pending === null) return;
    await pending;
    void this.#names.review();
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
