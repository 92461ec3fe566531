import type { BalancerInput } from '../balancer.ts';
import type { Endpoint, Member } from '../endpoint.ts';
import type { Algorithm } from './algorithm.ts';

/** Chooses the member with the fewest attempts under way for its weight; equals take turns. */
export class LeastConnections implements Algorithm {
  #members: readonly Member[] = [];
  #start = 0;

  update(members: readonly Member[]): void {
    this.#members = members;
  }

  pick(_input: BalancerInput, tried: readonly Endpoint[]): Member | null {
    const { length } = this.#members;
    let best: Member | null = null;
    let bestLoad = 0;
    let bestAt = 0;
    for (let step = 0; step < length; step++) {
      const at = (this.#start + step) % length;
      const member = this.#members[at];
      if (member === undefined || tried.includes(member.endpoint)) continue;
      // The request to come counts too, so that an idle heavy member goes before an idle light one.
      const load = (member.endpoint.inFlight + 1) / member.weight;
      if (best !== null && load >= bestLoad) continue;
      best = member;
      bestLoad = load;
      bestAt = at;
    }
    this.#start = bestAt + 1;
    return best;
  }
}
