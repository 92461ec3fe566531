import type { ActiveHealthChecks } from '../../../entities/upstream.ts';
import type { Member } from '../endpoint.ts';
import type { UpstreamGroup } from '../upstream-group.ts';
import { HealthRules, type HealthSign } from './health-rules.ts';
import type { Probe } from './probe.ts';

/**
 * Looks at the addresses of an upstream again and again: the healthy ones at one interval, the unhealthy ones at
 * another. A round that takes longer than its interval is not started twice.
 */
export class ActiveChecks {
  readonly #group: UpstreamGroup;
  readonly #checks: ActiveHealthChecks;
  readonly #probe: Probe;
  readonly #rules: HealthRules;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #underWay = new Map<boolean, Promise<void>>();
  #isRunning = false;

  constructor(group: UpstreamGroup, checks: ActiveHealthChecks, probe: Probe) {
    this.#group = group;
    this.#checks = checks;
    this.#probe = probe;
    this.#rules = new HealthRules(checks);
  }

  /** Begins with a round at once. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Good signs count for healthy targets too: they clear the bad ones of the traffic.
    if (this.#rules.watchesFailures || this.#rules.watchesSuccesses) this.#every(this.#checks.healthy.interval, true);
    if (this.#rules.watchesSuccesses) this.#every(this.#checks.unhealthy.interval, false);
  }

  /** What probes under way find out is ignored. */
  stop(): void {
    this.#isRunning = false;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  /** One round over those that are healthy or those that are not. Never rejects. */
  run(isHealthy: boolean): Promise<void> {
    let round = this.#underWay.get(isHealthy);
    if (round === undefined) {
      round = this.#round(isHealthy).finally(() => this.#underWay.delete(isHealthy));
      this.#underWay.set(isHealthy, round);
    }
    return round;
  }

  #every(intervalSeconds: number, isHealthy: boolean): void {
    if (intervalSeconds === 0) return;
    void this.run(isHealthy);
    this.#timers.push(setInterval(() => void this.run(isHealthy), intervalSeconds * 1000).unref());
  }

  async #round(isHealthy: boolean): Promise<void> {
    await this.#group.resolve();
    const waiting = this.#group.members.filter(
      ({ weight, endpoint }) => weight > 0 && endpoint.health.isHealthy === isHealthy,
    );
    const workers = Array.from({ length: Math.min(this.#checks.concurrency, waiting.length) }, () =>
      this.#work(waiting),
    );
    await Promise.all(workers);
  }

  async #work(waiting: Member[]): Promise<void> {
    for (let member = waiting.shift(); member !== undefined; member = waiting.shift()) {
      if (!this.#isRunning) return;
      this.#report(member, await this.#probe(member));
    }
  }

  #report(member: Member, sign: HealthSign): void {
    if (this.#isRunning) this.#group.report(member, this.#rules, sign, 'active check');
  }
}
