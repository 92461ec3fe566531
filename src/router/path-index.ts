import { firstOrder, TextIndex } from './host-index.ts';
import type { PartFinder, RankedPart } from './part-finder.ts';
import type { RequestFacts } from './request-facts.ts';
import type { Routable } from './router.ts';

/** Finds parts by what the path begins with. */
export class PathIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly #heads: TextIndex<Target>;
  readonly #rest: PartFinder<Target>;

  /** @param groups by plain prefix, or by the text that a regular expression begins with */
  constructor(groups: ReadonlyMap<string, PartFinder<Target>>, rest: PartFinder<Target>) {
    this.#heads = new TextIndex(groups, false);
    this.#rest = rest;
    this.order = firstOrder([...groups.values(), rest]);
  }

  find(facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null {
    return this.#rest.find(facts, this.#heads.find(facts.request.path, facts, best));
  }
}
