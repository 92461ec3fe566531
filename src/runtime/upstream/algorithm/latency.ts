import type { Clock } from '../../../lib/clock.ts';
import type { BalancerInput } from '../balancer.ts';
import type { Endpoint, Member } from '../endpoint.ts';
import type { Algorithm } from './algorithm.ts';

/** Kong's time constant: a measurement this old counts for 1/e. */
const DECAY_MS = 10_000;

/**
 * Of two members chosen at random, takes the one that answered faster lately for its weight. Two choices are enough to
 * spread the load well, and a member that was slow is tried again as its average decays.
 */
export class Latency implements Algorithm {
  readonly usesLatency = true;
  readonly #clock: Clock;
  #members: readonly Member[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A newcomer starts with the average of the others, so that it is not flooded. */
  update(members: readonly Member[]): void {
    this.#members = members;
    const known = members.filter(({ endpoint }) => endpoint.measuredAt > 0);
    if (known.length === 0) return;
    const average = known.reduce((sum, { endpoint }) => sum + endpoint.latencyMs, 0) / known.length;
    for (const { endpoint } of members) {
      if (endpoint.measuredAt > 0) continue;
      endpoint.latencyMs = average;
      endpoint.measuredAt = this.#clock.now();
    }
  }

  pick(_input: BalancerInput, tried: readonly Endpoint[]): Member | null {
    const members =
      tried.length === 0 ? this.#members : this.#members.filter(({ endpoint }) => !tried.includes(endpoint));
    const { length } = members;
    if (length < 2) return members[0] ?? null;
    const firstAt = Math.floor(Math.random() * length);
    const first = members[firstAt];
    const second = members[(firstAt + 1 + Math.floor(Math.random() * (length - 1))) % length];
    if (first === undefined || second === undefined) return null;
    const now = this.#clock.now();
    return scoreOf(first, now) <= scoreOf(second, now) ? first : second;
  }
}

/** Takes a measurement into an endpoint's moving average. */
export function measure(endpoint: Endpoint, elapsedMs: number, now: number): void {
  const keep = endpoint.measuredAt === 0 ? 0 : remaining(now - endpoint.measuredAt);
  endpoint.latencyMs = endpoint.latencyMs * keep + elapsedMs * (1 - keep);
  endpoint.measuredAt = now;
}

function scoreOf({ endpoint, weight }: Member, now: number): number {
  return (endpoint.latencyMs * remaining(now - endpoint.measuredAt)) / weight;
}

function remaining(ageMs: number): number {
  return Math.exp(-Math.max(ageMs, 0) / DECAY_MS);
}
