import type { BalancerInput } from '../balancer.ts';
import type { Endpoint, Member } from '../endpoint.ts';
import type { Algorithm } from './algorithm.ts';

/**
 * Smooth weighted round-robin: with each pick every member gains its weight, and the one with the most pays the sum.
 * Over any stretch of picks each has its share to the request, and heavy members take turns with light ones.
 */
export class RoundRobin implements Algorithm {
  #members: readonly Member[] = [];

  update(members: readonly Member[]): void {
    this.#members = members;
    for (const member of members) member.due = 0;
  }

  pick(_input: BalancerInput, tried: readonly Endpoint[]): Member | null {
    let best: Member | null = null;
    let sum = 0;
    for (const member of this.#members) {
      if (tried.length > 0 && tried.includes(member.endpoint)) continue;
      member.due += member.weight;
      sum += member.weight;
      if (best === null || member.due > best.due) best = member;
    }
    if (best !== null) best.due -= sum;
    return best;
  }
}
