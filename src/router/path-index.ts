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

/** Finds parts by a text that their regular expressions need in any place of the path. */
export class InnerIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #texts: TextIndex<Target>;
  readonly #rest: PartFinder<Target> | null;

  constructor(groups: ReadonlyMap<string, PartFinder<Target>>, rest: PartFinder<Target> | null) {
    this.#texts = new TextIndex(groups, false);
    this.#rest = rest;
    this.order = Math.min(this.#texts.order, rest?.order ?? Number.POSITIVE_INFINITY);
  }

  find(search: Search<Target>): void {
    const { path } = search.facts.request;
    for (let start = 0; start < path.length; start++) this.#texts.find(path, search, start);
    this.#rest?.find(search);
  }
}
