import type { BalancerInput } from '../balancer.ts';
import type { Endpoint, Member } from '../endpoint.ts';

/** A way to choose one of several members. One object per balancer; never waits. */
export interface Algorithm {
  /** True when it needs {@link Endpoint.latencyMs}. */
  readonly usesLatency?: boolean;
  /** Those that can take requests, all with a weight above 0; called whenever they change. */
  update(members: readonly Member[]): void;
  /** A member that is not in `tried`; `null` when there is none. */
  pick(input: BalancerInput, tried: readonly Endpoint[]): Member | null;
}
