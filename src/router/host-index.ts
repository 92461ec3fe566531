import { Buffer } from 'node:buffer';
import { firstOrder, type PartFinder } from './part-finder.ts';
import type { Routable } from './router.ts';
import type { Search } from './search.ts';
import { TextIndex } from './text-index.ts';

/** Finds parts by the Host header: a map of the plain hosts, trees of what wildcards end and begin with. */
export class HostIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #plain = new Map<string, PartFinder<Target>>();
  readonly #suffixes: TextIndex<Target> | null;
  readonly #prefixes: TextIndex<Target> | null;
  readonly #rest: PartFinder<Target> | null;

  /** @param groups by host, with the asterisk of a wildcard and without the port */
  constructor(groups: ReadonlyMap<string, PartFinder<Target>>, rest: PartFinder<Target> | null) {
    const suffixes = new Map<string, PartFinder<Target>>();
    const prefixes = new Map<string, PartFinder<Target>>();
    for (const [host, finder] of groups) {
      if (host.startsWith('*')) suffixes.set(host.slice(1), finder);
      else if (host.endsWith('*')) prefixes.set(host.slice(0, -1), finder);
      else this.#plain.set(copyOf(host), finder);
    }
    this.#suffixes = suffixes.size === 0 ? null : new TextIndex(suffixes, true);
    this.#prefixes = prefixes.size === 0 ? null : new TextIndex(prefixes, false);
    this.#rest = rest;
    this.order = Math.min(firstOrder([...groups.values()]), rest?.order ?? Number.POSITIVE_INFINITY);
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

/** The hosts of a config lie scattered between its other values; copies lie together, and are found in fewer caches. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
