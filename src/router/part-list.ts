import { partMatches } from './match-part.ts';
import type { RequestFacts } from './request-facts.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable } from './router.ts';

/** A part with its place in the order in which parts are tried. */
export interface RankedPart<Target extends Routable> {
  readonly order: number;
  readonly part: RoutePart<Target>;
}

/** Finds the part that a request matches. */
export interface PartFinder<Target extends Routable> {
  /** The first part that matches, if it comes before `best`; otherwise `best`. */
  find(facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null;
}

/** Tries parts one after the other: for the few that are left when an index has said all it can. */
export class PartList<Target extends Routable> implements PartFinder<Target> {
  readonly #parts: readonly RankedPart<Target>[];

  /** @param parts in their order */
  constructor(parts: readonly RankedPart<Target>[]) {
    this.#parts = parts;
  }

  find(facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null {
    for (const ranked of this.#parts) {
      if (best !== null && ranked.order > best.order) return best;
      if (ranked.order >= facts.firstOrder && partMatches(ranked.part, facts)) return ranked;
    }
    return best;
  }
}
