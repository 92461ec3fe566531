import { indexOfHeader } from '../lib/header-list.ts';
import { firstOrder, type PartFinder } from './part-finder.ts';
import type { Routable } from './router.ts';
import type { Search } from './search.ts';

type Groups<Target extends Routable> = ReadonlyMap<string, PartFinder<Target>>;
type Rest<Target extends Routable> = PartFinder<Target> | null;

/** Finds parts by the method. */
export class MethodIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #groups: Groups<Target>;
  readonly #rest: Rest<Target>;

  constructor(groups: Groups<Target>, rest: Rest<Target>) {
    this.#groups = groups;
    this.#rest = rest;
    this.order = orderOf(groups, rest);
  }

  find(search: Search<Target>): void {
    this.#groups.get(search.facts.request.method)?.find(search);
    this.#rest?.find(search);
  }
}

/** Finds parts by the value of one header, in lower case; any occurrence of the header will do. */
export class HeaderIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #name: string;
  readonly #groups: Groups<Target>;
  readonly #rest: Rest<Target>;

  constructor(name: string, groups: Groups<Target>, rest: Rest<Target>) {
    this.#name = name;
    this.#groups = groups;
    this.#rest = rest;
    this.order = orderOf(groups, rest);
  }

  find(search: Search<Target>): void {
    const { rawHeaders } = search.facts.request;
    const name = this.#name;
    for (let at = indexOfHeader(rawHeaders, name, 0); at >= 0; at = indexOfHeader(rawHeaders, name, at + 2)) {
      this.#groups.get((rawHeaders[at + 1] ?? '').toLowerCase())?.find(search);
    }
    this.#rest?.find(search);
  }
}

/** Finds parts by the server name of the TLS handshake. */
export class SniIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #groups: Groups<Target>;
  readonly #rest: Rest<Target>;
  readonly #all: PartFinder<Target>;

  /** @param all every part, for plain http, where `snis` counts as met */
  constructor(groups: Groups<Target>, rest: Rest<Target>, all: PartFinder<Target>) {
    this.#groups = groups;
    this.#rest = rest;
    this.#all = all;
    this.order = all.order;
  }

  find(search: Search<Target>): void {
    const { scheme, sni } = search.facts.request;
    if (scheme !== 'https') {
      this.#all.find(search);
      return;
    }
    if (sni !== null) this.#groups.get(sni)?.find(search);
    this.#rest?.find(search);
  }
}

function orderOf(groups: Groups<Routable>, rest: Rest<Routable>): number {
  return Math.min(firstOrder([...groups.values()]), rest?.order ?? Number.POSITIVE_INFINITY);
}
