import { indexOfHeader } from '../lib/header-list.ts';
import { firstOrder } from './host-index.ts';
import type { PartFinder, RankedPart } from './part-finder.ts';
import type { RequestFacts } from './request-facts.ts';
import type { Routable } from './router.ts';

type Groups<Target extends Routable> = ReadonlyMap<string, PartFinder<Target>>;
type Ranked<Target extends Routable> = RankedPart<Target> | null;

/** Finds parts by the method. */
export class MethodIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly #groups: Groups<Target>;
  readonly #rest: PartFinder<Target>;

  constructor(groups: Groups<Target>, rest: PartFinder<Target>) {
    this.#groups = groups;
    this.#rest = rest;
    this.order = firstOrder([...groups.values(), rest]);
  }

  find(facts: RequestFacts, best: Ranked<Target>): Ranked<Target> {
    const found = this.#groups.get(facts.request.method)?.find(facts, best) ?? best;
    return this.#rest.find(facts, found);
  }
}

/** Finds parts by the value of one header, in lower case; any occurrence of the header will do. */
export class HeaderIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly #name: string;
  readonly #groups: Groups<Target>;
  readonly #rest: PartFinder<Target>;

  constructor(name: string, groups: Groups<Target>, rest: PartFinder<Target>) {
    this.#name = name;
    this.#groups = groups;
    this.#rest = rest;
    this.order = firstOrder([...groups.values(), rest]);
  }

  find(facts: RequestFacts, best: Ranked<Target>): Ranked<Target> {
    const { rawHeaders } = facts.request;
    let found = best;
    for (
      let at = indexOfHeader(rawHeaders, this.#name, 0);
      at >= 0;
      at = indexOfHeader(rawHeaders, this.#name, at + 2)
    ) {
      found = this.#groups.get((rawHeaders[at + 1] ?? '').toLowerCase())?.find(facts, found) ?? found;
    }
    return this.#rest.find(facts, found);
  }
}

/** Finds parts by the server name of the TLS handshake. */
export class SniIndex<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly #groups: Groups<Target>;
  readonly #rest: PartFinder<Target>;
  readonly #all: PartFinder<Target>;

  /** @param all every part, for plain http, where `snis` counts as met */
  constructor(groups: Groups<Target>, rest: PartFinder<Target>, all: PartFinder<Target>) {
    this.#groups = groups;
    this.#rest = rest;
    this.#all = all;
    this.order = all.order;
  }

  find(facts: RequestFacts, best: Ranked<Target>): Ranked<Target> {
    const { scheme, sni } = facts.request;
    if (scheme !== 'https') return this.#all.find(facts, best);
    const found = sni === null ? best : (this.#groups.get(sni)?.find(facts, best) ?? best);
    return this.#rest.find(facts, found);
  }
}
