import { indexParts } from './index-parts.ts';
import type { PartFinder } from './part-finder.ts';
import { compareInCategory } from './part-rank.ts';
import type { RequestFacts } from './request-facts.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable } from './router.ts';
import type { Search } from './search.ts';
import { type Hits, TraditionalHits } from './traditional-hits.ts';

/**
 * The search of the flavour `traditional`. Parts with the same kinds of conditions make a category. The search begins
 * with the category of just the kinds that the request can meet, and goes on to those with fewer. In each, the parts
 * that name what the request has go first: those under its host, its header, its path, its method or its server name,
 * whichever are fewest.
 */
export class TraditionalFinder<Target extends Routable> implements PartFinder<Target> {
  readonly order = 0;
  readonly sureMatch = null;
  readonly #hits: TraditionalHits;
  readonly #categories: readonly Category<Target>[];

  /** @param parts in the order of their ranks */
  constructor(parts: readonly RoutePart<Target>[]) {
    this.#hits = new TraditionalHits([...parts].sort((a, b) => compareInCategory(a.rank, b.rank)));
    const kinds = new Set(parts.map(({ rank }) => rank.kinds));
    this.#categories = [...kinds].map(
      (each) =>
        new Category(
          each,
          parts.filter(({ rank }) => rank.kinds === each),
        ),
    );
  }

  find(search: Search<Target>): void {
    const hits = this.#hits.of(search.facts);
    for (let at = this.#start(hits); at < this.#categories.length; at++) {
      const category = this.#categories[at];
      category?.named(hits, search.facts)?.finder.find(search);
      if (search.isEmpty) category?.all.finder.find(search);
      if (!search.isEmpty) return;
    }
  }

  /** All parts in the order in which they are tried for a request, and those that are not tried at all. */
  plan(facts: RequestFacts): Plan<Target> {
    const hits = this.#hits.of(facts);
    const start = this.#start(hits);
    const tried = this.#categories.slice(start).flatMap((category) => {
      const named = category.named(hits, facts)?.parts ?? [];
      return [...named, ...category.all.parts.filter((part) => !named.includes(part))];
    });
    return { tried, skipped: this.#categories.slice(0, start).flatMap(({ all }) => all.parts) };
  }

  /** Beyond the end for a request that meets no condition at all. */
  #start({ kinds }: Hits): number {
    if (kinds === 0) return this.#categories.length;
    return Math.max(
      this.#categories.findIndex((category) => category.kinds === kinds),
      0,
    );
  }
}

/** What {@link TraditionalFinder.plan} finds. */
export interface Plan<Target extends Routable> {
  readonly tried: readonly RoutePart<Target>[];
  readonly skipped: readonly RoutePart<Target>[];
}

/** Parts with the means to search them. */
interface Members<Target extends Routable> {
  readonly parts: readonly RoutePart<Target>[];
  readonly finder: PartFinder<Target>;
}

type Named<Target extends Routable> = ReadonlyMap<string, Members<Target>>;

class Category<Target extends Routable> {
  readonly kinds: number;
  readonly all: Members<Target>;
  readonly #hosts: Named<Target>;
  readonly #headers: Named<Target>;
  readonly #paths: Named<Target>;
  readonly #methods: Named<Target>;
  readonly #snis: Named<Target>;

  constructor(kinds: number, parts: readonly RoutePart<Target>[]) {
    this.kinds = kinds;
    this.all = { parts, finder: indexParts(parts) };
    this.#hosts = byName(parts, ({ target }) => target.route.hosts ?? []);
    this.#headers = byName(parts, ({ headers }) => headers?.rules.map(({ name }) => name) ?? []);
    this.#paths = byName(parts, ({ prefixes, regexes }) => prefixes ?? regexes ?? []);
    this.#methods = byName(parts, ({ methods }) => [...(methods ?? [])]);
    this.#snis = byName(parts, ({ target }) => (target.route.snis ?? []).map((sni) => sni.replace(/(.)\.$/, '$1')));
  }

  /** The fewest parts that name what the request has; those that name its header take precedence. */
  named({ host, header, path }: Hits, { request }: RequestFacts): Members<Target> | null {
    const ofHeader = this.#headers.get(header ?? '');
    if (ofHeader !== undefined) return ofHeader;
    let fewest = this.#hosts.get(host) ?? null;
    for (const members of [
      this.#paths.get(path ?? ''),
      this.#methods.get(request.method),
      this.#snis.get(request.sni ?? ''),
    ]) {
      if (members !== undefined && (fewest === null || members.parts.length < fewest.parts.length)) fewest = members;
    }
    return fewest;
  }
}

function byName<Target extends Routable>(
  parts: readonly RoutePart<Target>[],
  namesOf: (part: RoutePart<Target>) => readonly string[],
): Named<Target> {
  const groups = new Map<string, RoutePart<Target>[]>();
  for (const part of parts) {
    for (const name of new Set(namesOf(part))) {
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [part]);
      else group.push(part);
    }
  }
  return new Map([...groups].map(([name, members]) => [name, { parts: members, finder: indexParts(members) }]));
}
