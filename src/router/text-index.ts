import type { Steps } from '../lib/steps.ts';
import { firstOrder, type PartFinder } from './part-finder.ts';
import { RadixTree } from './radix-tree.ts';
import type { Routable, RouteMatch } from './router.ts';
import type { Search } from './search.ts';

/** Finders under texts, for a text that begins, or ends, with several of them. */
export class TextIndex<Target extends Routable> {
  readonly order: number;
  readonly #tree: RadixTree;
  readonly #finders: readonly PartFinder<Target>[];
  /** Place of the first part of each finder. */
  readonly #orders: Int32Array;
  /** What each finder yields, where it is sure: then it need not be touched. */
  readonly #matches: readonly (RouteMatch<Target> | null)[];
  readonly #found: Int32Array;

  /** @param isBackward whether the texts are what others end with */
  static *inSteps<Target extends Routable>(
    groups: ReadonlyMap<string, PartFinder<Target>>,
    isBackward: boolean,
  ): Steps<TextIndex<Target>> {
    const tree = yield* RadixTree.inSteps([...groups.keys()], isBackward);
    return new TextIndex(tree, groups);
  }

  private constructor(tree: RadixTree, groups: ReadonlyMap<string, PartFinder<Target>>) {
    this.#tree = tree;
    this.#finders = [...groups.values()];
    this.#orders = Int32Array.from(this.#finders, ({ order }) => order);
    this.#matches = this.#finders.map(({ sureMatch }) => sureMatch);
    this.#found = new Int32Array(this.#tree.depth);
    this.order = firstOrder(this.#finders);
  }

  /**
   * The longest first: of texts that are paths they have the better rank.
   *
   * @param start how many characters of `text` to leave out
   */
  find(text: string, search: Search<Target>, start = 0): void {
    for (let at = this.#tree.collect(text, start, this.#found) - 1; at >= 0; at--) {
      const number = this.#found[at] ?? 0;
      const order = this.#orders[number] ?? 0;
      if (order >= search.order) continue;
      const match = this.#matches[number] ?? null;
      if (match === null) this.#finders[number]?.find(search);
      else search.take(order, match, null);
    }
  }
}
