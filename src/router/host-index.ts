import { Buffer } from 'node:buffer';
import { isPause, type Steps } from '../lib/steps.ts';
import { firstOrder, type PartFinder } from './part-finder.ts';
import type { Routable } from './router.ts';
import type { Search } from './search.ts';
import { TextIndex } from './text-index.ts';

/** Finds parts by the Host header: a map of the plain hosts, trees of what wildcards end and begin with. */
export class HostIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #plain: ReadonlyMap<string, PartFinder<Target>>;
  readonly #suffixes: TextIndex<Target> | null;
  readonly #prefixes: TextIndex<Target> | null;
  readonly #rest: PartFinder<Target> | null;

  /** @param groups by host, with the asterisk of a wildcard and without the port */
  static *inSteps<Target extends Routable>(
    groups: ReadonlyMap<string, PartFinder<Target>>,
    rest: PartFinder<Target> | null,
  ): Steps<HostIndex<Target>> {
    const plain = new Map<string, PartFinder<Target>>();
    const suffixes = new Map<string, PartFinder<Target>>();
    const prefixes = new Map<string, PartFinder<Target>>();
    let count = 0;
    for (const [host, finder] of groups) {
      if (host.startsWith('*')) suffixes.set(host.slice(1), finder);
      else if (host.endsWith('*')) prefixes.set(host.slice(0, -1), finder);
      else plain.set(copyOf(host), finder);
      if (isPause(++count)) yield;
    }
    return new HostIndex(plain, yield* treeOf(suffixes, true), yield* treeOf(prefixes, false), rest);
  }

  private constructor(
    plain: ReadonlyMap<string, PartFinder<Target>>,
    suffixes: TextIndex<Target> | null,
    prefixes: TextIndex<Target> | null,
    rest: PartFinder<Target> | null,
  ) {
    this.#plain = plain;
    this.#suffixes = suffixes;
    this.#prefixes = prefixes;
    this.#rest = rest;
    this.order = firstOrder([...plain.values(), ...[suffixes, prefixes, rest].filter((one) => one !== null)]);
  }

  find(search: Search<Target>): void {
    const { key, otherKey, name } = search.facts.host;
    if (key !== '') {
      this.#plain.get(key)?.find(search);
      if (otherKey !== null && otherKey !== key) this.#plain.get(otherKey)?.find(search);
      this.#suffixes?.find(name, search);
      this.#prefixes?.find(name, search);
    }
    this.#rest?.find(search);
  }
}

/** `null` without any text. */
function* treeOf<Target extends Routable>(
  groups: ReadonlyMap<string, PartFinder<Target>>,
  isBackward: boolean,
): Steps<TextIndex<Target> | null> {
  return groups.size === 0 ? null : yield* TextIndex.inSteps(groups, isBackward);
}

/** The hosts of a config lie scattered between its other values; copies lie together, and are found in fewer caches. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
