import type { PartFinder } from './part-finder.ts';
import type { Routable } from './router.ts';
import type { Search } from './search.ts';
import { TextIndex } from './text-index.ts';

/** Finds parts by what the path begins with. */
export class PathIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #heads: TextIndex<Target>;
  readonly #rest: PartFinder<Target> | null;

  /** @param groups by plain prefix, or by the text that a regular expression begins with */
  constructor(groups: ReadonlyMap<string, PartFinder<Target>>, rest: PartFinder<Target> | null) {
    this.#heads = new TextIndex(groups, false);
    this.#rest = rest;
    this.order = Math.min(this.#heads.order, rest?.order ?? Number.POSITIVE_INFINITY);
  }

  find(search: Search<Target>): void {
    this.#heads.find(search.facts.request.path, search);
    this.#rest?.find(search);
  }
}
