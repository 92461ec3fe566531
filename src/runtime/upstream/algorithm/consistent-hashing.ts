import type { BalancerInput } from '../balancer.ts';
import type { Endpoint, Member } from '../endpoint.ts';
import type { Algorithm } from './algorithm.ts';
import type { HashSource } from './hash-source.ts';
import { RoundRobin } from './round-robin.ts';
import { hashText, mix } from './string-hash.ts';

/** Kong's least number of slots for this algorithm. */
const MIN_SLOTS = 1000;
const UNKNOWN = -1;

/**
 * Sends equal keys to the same member. A key belongs to one of a fixed number of slots, and each slot to the member that
 * wins the draw for it: every member draws a number that depends on slot and address alone, shortened by its weight,
 * and the least number wins. So a member that leaves gives up its own slots and no other slot moves, one that comes
 * takes its share from all, and weights hold. The winner of a slot is found when it is first asked for.
 *
 * Requests without a key are spread by round-robin.
 */
export class ConsistentHashing implements Algorithm {
  readonly #source: HashSource;
  readonly #winners: Int32Array;
  readonly #unkeyed = new RoundRobin();
  #members: readonly Member[] = [];
  #seeds: readonly number[] = [];

  constructor(source: HashSource, slots: number) {
    this.#source = source;
    this.#winners = new Int32Array(Math.max(slots, MIN_SLOTS)).fill(UNKNOWN);
  }

  update(members: readonly Member[]): void {
    this.#members = members;
    this.#seeds = members.map(({ endpoint, hostName }) => hashText(`${endpoint.address} ${hostName}`));
    this.#winners.fill(UNKNOWN);
    this.#unkeyed.update(members);
  }

  pick(input: BalancerInput, tried: readonly Endpoint[]): Member | null {
    const key = this.#source(input);
    if (key === undefined) return this.#unkeyed.pick(input, tried);
    const slot = hashText(key) % this.#winners.length;
    let winner = this.#winners[slot] ?? UNKNOWN;
    if (winner === UNKNOWN) {
      winner = this.#draw(slot, []);
      this.#winners[slot] = winner;
    }
    const member = this.#members[winner] ?? null;
    if (member === null || tried.length === 0 || !tried.includes(member.endpoint)) return member;
    return this.#members[this.#draw(slot, tried)] ?? null;
  }

  /** Weighted rendezvous hashing: -ln(u)/weight is least with a probability that is the weight's share. */
  #draw(slot: number, tried: readonly Endpoint[]): number {
    const salt = mix(slot + 1);
    let best = UNKNOWN;
    let least = Number.POSITIVE_INFINITY;
    for (const [index, member] of this.#members.entries()) {
      if (tried.includes(member.endpoint)) continue;
      const uniform = (mix(salt ^ (this.#seeds[index] ?? 0)) + 0.5) / 0x100000000;
      const drawn = -Math.log(uniform) / member.weight;
      if (drawn < least) {
        least = drawn;
        best = index;
      }
    }
    return best;
  }
}
