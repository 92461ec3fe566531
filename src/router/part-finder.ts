import { methodBit } from './method-bits.ts';
import type { Candidate } from './part-candidate.ts';
import { partMatches } from './match-part.ts';
import type { RequestFacts } from './request-facts.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable, RouteMatch } from './router.ts';

/** Finds the part that a request matches. */
export interface PartFinder<Target extends Routable> {
  /** The place of the first part in it. */
  readonly order: number;
  /** The first part that matches, if it comes before `best`; otherwise `best`. */
  find(facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null;
}

/**
 * A part with its place in the order in which parts are tried; finds itself. It tests what the way to it through the
 * index has not shown yet, the usual conditions without leaving this object: a look-up among many routes costs the
 * memory it touches more than anything else.
 */
export class RankedPart<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly part: RoutePart<Target>;
  /** What the match yields, if that is the same for all requests. */
  readonly match: RouteMatch<Target> | null;
  /** Methods as bits; -1 when they take no part. */
  readonly #methods: number;
  /** The only host; `null` when it is known to fit. */
  readonly #host: string | null;
  /** The only prefix; `null` when it is known to fit. */
  readonly #prefix: string | null;
  /** Whether there are other conditions, so that all must be tested. */
  readonly #isSpecial: boolean;

  constructor(candidate: Candidate<Target>) {
    this.order = candidate.order;
    this.part = candidate.part;
    this.match = candidate.match;
    this.#methods = candidate.methods;
    this.#host = candidate.host;
    this.#prefix = candidate.prefix;
    this.#isSpecial = candidate.isSpecial;
  }

  find(facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null {
    if ((best !== null && best.order < this.order) || this.order < facts.firstOrder) return best;
    if (this.#methods !== -1 && (this.#methods & methodBit(facts.request.method)) === 0) return best;
    if (this.#host !== null && this.#host !== facts.host.key) return best;
    if (this.#prefix !== null && !facts.request.path.startsWith(this.#prefix)) return best;
    return this.#isSpecial && !partMatches(this.part, facts) ? best : this;
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
      if (ranked.find(facts, best) === ranked) return ranked;
    }
    return best;
  }
}
