import type { PartFinder, RankedPart } from './part-finder.ts';
import { RadixTree } from './radix-tree.ts';
import type { RequestFacts } from './request-facts.ts';
import type { Routable } from './router.ts';

/** Finds parts by the Host header: a map of the plain hosts, trees of what wildcards end and begin with. */
export class HostIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly #plain = new Map<string, PartFinder<Target>>();
  readonly #suffixes: TextIndex<Target> | null;
  readonly #prefixes: TextIndex<Target> | null;
  readonly #rest: PartFinder<Target>;

  /** @param groups by host, with the asterisk of a wildcard and without the port */
  constructor(groups: ReadonlyMap<string, PartFinder<Target>>, rest: PartFinder<Target>) {
    const suffixes = new Map<string, PartFinder<Target>>();
    const prefixes = new Map<string, PartFinder<Target>>();
    for (const [host, finder] of groups) {
      if (host.startsWith('*')) suffixes.set(host.slice(1), finder);
      else if (host.endsWith('*')) prefixes.set(host.slice(0, -1), finder);
      else this.#plain.set(host, finder);
    }
    this.#suffixes = suffixes.size === 0 ? null : new TextIndex(suffixes, true);
    this.#prefixes = prefixes.size === 0 ? null : new TextIndex(prefixes, false);
    this.#rest = rest;
    this.order = firstOrder([...groups.values(), rest]);
  }

  find(facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null {
    const { key, otherKey, name } = facts.host;
    let found = best;
    if (key !== '') {
      found = this.#plain.get(key)?.find(facts, found) ?? found;
      if (otherKey !== null && otherKey !== key) found = this.#plain.get(otherKey)?.find(facts, found) ?? found;
      if (this.#suffixes !== null) found = this.#suffixes.find(name, facts, found);
      if (this.#prefixes !== null) found = this.#prefixes.find(name, facts, found);
    }
    return this.#rest.find(facts, found);
  }
}

/** Finders under texts, for a text that begins, or ends, with several of them. */
export class TextIndex<Target extends Routable> {
  readonly #tree: RadixTree;
  readonly #finders: readonly PartFinder<Target>[];
  /** Place of the first part of each finder. */
  readonly #orders: Float64Array;
  readonly #found: Int32Array;

  constructor(groups: ReadonlyMap<string, PartFinder<Target>>, isBackward: boolean) {
    this.#tree = new RadixTree([...groups.keys()], isBackward);
    this.#finders = [...groups.values()];
    this.#orders = Float64Array.from(this.#finders, ({ order }) => order);
    this.#found = new Int32Array(this.#tree.depth);
  }

  /** The longest first: of texts that are paths they have the better rank. */
  find(text: string, facts: RequestFacts, best: RankedPart<Target> | null): RankedPart<Target> | null {
    let found = best;
    for (let at = this.#tree.collect(text, 0, this.#found) - 1; at >= 0; at--) {
      const number = this.#found[at] ?? 0;
      if (found !== null && found.order < (this.#orders[number] ?? 0)) continue;
      found = this.#finders[number]?.find(facts, found) ?? found;
    }
    return found;
  }
}

/** The first place in some finders. */
export function firstOrder(finders: readonly PartFinder<Routable>[]): number {
  return finders.reduce((first, { order }) => Math.min(first, order), Number.POSITIVE_INFINITY);
}
