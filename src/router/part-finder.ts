import type { Candidate } from './part-candidate.ts';
import { partMatches } from './match-part.ts';
import { methodBit } from './method-bits.ts';
import type { RequestFacts } from './request-facts.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable, RouteMatch } from './router.ts';
import type { Search } from './search.ts';

/** Finds the part that a request matches. */
export interface PartFinder<Target extends Routable> {
  /** The place of the first part in it. */
  readonly order: number;
  /** What its part yields for every request, if there is only one and nothing is left to test. */
  readonly sureMatch: RouteMatch<Target> | null;
  /** Gives the search the first part that matches, unless the search has an earlier one. */
  find(search: Search<Target>): void;
}

/**
 * A part with its place in the order in which parts are tried; finds itself. It tests what the way to it through the
 * index has not shown yet, the usual conditions without leaving this object: a look-up among many routes costs the
 * memory it touches more than anything else.
 */
export class RankedPart<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  /** Methods as bits; {@link ANY} when they take no part, {@link SPECIAL} when all conditions must be tested. */
  readonly #methods: number;
  /** The only host; `null` when it is known to fit. */
  readonly #host: string | null;
  /** The only prefix; `null` when it is known to fit. */
  readonly #prefix: string | null;
  /** What the match yields, if that is the same for all requests. */
  readonly #match: RouteMatch<Target> | null;
  /** `null` when nothing more is needed of it, so that its memory is free. */
  readonly #part: RoutePart<Target> | null;

  constructor(candidate: Candidate<Target>) {
    this.order = candidate.order;
    this.#methods = candidate.isSpecial ? SPECIAL : candidate.methods;
    this.#host = candidate.host;
    this.#prefix = candidate.prefix;
    this.#match = candidate.match;
    this.#part = candidate.isSpecial || this.#match === null ? candidate.part : null;
  }

  get sureMatch(): RouteMatch<Target> | null {
    return this.#methods === ANY && this.#host === null && this.#prefix === null ? this.#match : null;
  }

  find(search: Search<Target>): void {
    const { facts } = search;
    if (this.order >= search.order) return;
    if (this.#host !== null && this.#host !== facts.host.key) return;
    if (this.#prefix !== null && !facts.request.path.startsWith(this.#prefix)) return;
    if (this.#methods !== ANY && !this.#restMatches(facts)) return;
    search.take(this.order, this.#match, this.#part);
  }

  #restMatches(facts: RequestFacts): boolean {
    if (this.#methods === SPECIAL) return this.#part !== null && partMatches(this.#part, facts);
    return (this.#methods & methodBit(facts.request.method)) !== 0;
  }
}

/** All methods, and no other condition. */
const ANY = -1;
/** More than methods, host and prefix. */
const SPECIAL = -2;

/** Tries parts one after the other: for the few that are left when an index has said all it can. */
export class PartList<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #parts: readonly PartFinder<Target>[];

  /** @param parts in their order */
  constructor(parts: readonly PartFinder<Target>[]) {
    this.order = firstOrder(parts);
    this.#parts = parts;
  }

  find(search: Search<Target>): void {
    for (const part of this.#parts) {
      if (part.order >= search.order) return;
      part.find(search);
    }
  }
}

/** The first place in some finders. */
export function firstOrder(finders: readonly { readonly order: number }[]): number {
  return finders.reduce((first, { order }) => Math.min(first, order), Number.POSITIVE_INFINITY);
}
