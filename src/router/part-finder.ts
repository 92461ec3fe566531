import { partMatches } from './match-part.ts';
import type { RequestFacts } from './request-facts.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable } from './router.ts';

/** Finds the part that a request matches. */
export interface PartFinder<Target extends Routable> {
  /** The place of the first part in it. */
  readonly order: number;
  /** The first part that matches, if it comes before `best`; otherwise `best`. */
  find(facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null;
}

/** A part with its place in the order in which parts are tried; finds itself. */
export class RankedPart<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly part: RoutePart<Target>;

  constructor(part: RoutePart<Target>, order: number) {
    this.order = order;
    this.part = part;
  }

  find(facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null {
    if (best !== null && best.order < this.order) return best;
    return this.order >= facts.firstOrder && partMatches(this.part, facts) ? this : best;
  }
}

/** Tries parts one after the other: for the few that are left when an index has said all it can. */
export class PartList<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly #parts: readonly RankedPart<Target>[];

  /** @param parts in their order */
  constructor(parts: readonly RankedPart<Target>[]) {
    this.order = parts[0]?.order ?? Number.POSITIVE_INFINITY;
    this.#parts = parts;
  }

  find(facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null {
    for (const ranked of this.#parts) {
      if (best !== null && best.order < ranked.order) return best;
      if (ranked.order >= facts.firstOrder && partMatches(ranked.part, facts)) return ranked;
    }
    return best;
  }
}
