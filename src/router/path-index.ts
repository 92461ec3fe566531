import type { PartFinder } from './part-finder.ts';
import type { Routable } from './router.ts';
import type { Search } from './search.ts';
import type { TextIndex } from './text-index.ts';

/** Finds parts by what the path begins with. */
export class PathIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #heads: TextIndex<Target>;
  readonly #rest: PartFinder<Target> | null;

  /** @param heads plain prefixes, and the texts that regular expressions begin with */
  constructor(heads: TextIndex<Target>, rest: PartFinder<Target> | null) {
    this.#heads = heads;
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

  constructor(texts: TextIndex<Target>, rest: PartFinder<Target> | null) {
    this.#texts = texts;
    this.#rest = rest;
    this.order = Math.min(this.#texts.order, rest?.order ?? Number.POSITIVE_INFINITY);
  }

  find(search: Search<Target>): void {
    const { path } = search.facts.request;
    for (let start = 0; start < path.length; start++) this.#texts.find(path, search, start);
    this.#rest?.find(search);
  }
}
