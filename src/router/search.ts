import { matchOf } from './match-part.ts';
import type { RequestFacts } from './request-facts.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable, RouteMatch } from './router.ts';

/** The search for the route of one request after the other: what is known of the request, and the best part so far. */
export class Search<Target extends Routable> {
  readonly facts: RequestFacts;
  /** Place of the best part; parts from there on need no look. */
  order = Number.POSITIVE_INFINITY;
  /** Places of parts that count no more; `null` when all do. */
  #dead: Uint8Array | null = null;
  #match: RouteMatch<Target> | null = null;
  #part: RoutePart<Target> | null = null;

  constructor(facts: RequestFacts) {
    this.facts = facts;
  }

  get isEmpty(): boolean {
    return this.order === Number.POSITIVE_INFINITY;
  }

  /** Forgets what was found. @param dead 1 at each place whose part is not to be taken */
  reset(dead: Uint8Array | null = null): void {
    this.order = Number.POSITIVE_INFINITY;
    this.#dead = dead;
    this.#match = null;
    this.#part = null;
  }

  /**
   * Notes a part that matches and comes before all that were found.
   *
   * @param match what it yields, `part` where that must be worked out
   */
  take(order: number, match: RouteMatch<Target> | null, part: RoutePart<Target> | null): void {
    if (this.#dead !== null && this.#dead[order] === 1) return;
    this.order = order;
    this.#match = match;
    this.#part = part;
  }

  /** What the best part yields; `null` when nothing was found. */
  result(): RouteMatch<Target> | null {
    if (this.#match !== null || this.#part === null) return this.#match;
    return matchOf(this.#part, this.facts);
  }
}
