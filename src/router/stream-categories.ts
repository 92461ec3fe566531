import { KeyLists } from './key-lists.ts';
import {
  addressKey,
  type EndpointCondition,
  endpointCondition,
  type EndpointRule,
  withoutFinalDot,
} from './stream-conditions.ts';
import {
  readStreamFacts,
  type StreamFacts,
  type StreamMatch,
  type StreamRequest,
  type StreamRouter,
} from './stream-request.ts';
import type { Routable } from './router.ts';

/** Kong's bits of the attributes, which order categories of equal size. */
const SNI = 4;
const SOURCE = 2;
const DESTINATION = 1;
/** From the most attributes to the fewest; of equally many, by the number that the bits make. */
const ALL_CATEGORIES = [7, 6, 5, 3, SNI, SOURCE, DESTINATION];

/**
 * The order of the flavour `traditional` (Kong's `traditional.lua`): routes fall into categories by the attributes they
 * have. Categories with more attributes go first; within one, routes that name what the caller has go before the
 * others, and older ones before newer ones. Server names have no wildcards.
 */
export class TraditionalStreamRouter<Target extends Routable> implements StreamRouter<Target> {
  readonly isEmpty: boolean;
  readonly #categories: readonly Category<Target>[];

  constructor(targets: readonly Target[]) {
    const entries = targets
      .filter(({ route }) => route.expression === null)
      .map((target) => new CategoryEntry(target))
      .sort((a, b) => a.target.route.created_at - b.target.route.created_at);
    this.isEmpty = entries.length === 0;
    this.#categories = ALL_CATEGORIES.map((attributes) => entries.filter((entry) => entry.attributes === attributes))
      .filter((members) => members.length > 0)
      .map((members) => new Category(members));
  }

  match(request: StreamRequest): StreamMatch<Target> | null {
    const facts = readStreamFacts(request);
    for (const category of this.#categories) {
      const entry = category.find(facts);
      if (entry !== null) return { target: entry.target };
    }
    return null;
  }
}

class CategoryEntry<Target extends Routable> {
  readonly target: Target;
  readonly attributes: number;
  readonly snis: ReadonlySet<string> | null;
  readonly sources: EndpointCondition | null;
  readonly destinations: EndpointCondition | null;

  constructor(target: Target) {
    const { snis, sources, destinations } = target.route;
    this.target = target;
    this.snis = snis === null || snis.length === 0 ? null : new Set(snis.map(withoutFinalDot));
    this.sources = endpointCondition(sources);
    this.destinations = endpointCondition(destinations);
    this.attributes =
      (this.snis === null ? 0 : SNI) +
      (this.sources === null ? 0 : SOURCE) +
      (this.destinations === null ? 0 : DESTINATION);
  }

  matches({ request, source, destination }: StreamFacts): boolean {
    if (this.snis !== null && (request.sni === null || !this.snis.has(request.sni))) return false;
    if (this.sources !== null && !this.sources.matches(source, request.sourcePort)) return false;
    return this.destinations === null || this.destinations.matches(destination, request.destinationPort);
  }
}

/** Routes with the same set of attributes. */
class Category<Target extends Routable> {
  readonly #all: readonly CategoryEntry<Target>[];
  readonly #bySni = new KeyLists<CategoryEntry<Target>>();
  readonly #bySource: KeyLists<CategoryEntry<Target>>;
  readonly #byDestination: KeyLists<CategoryEntry<Target>>;

  /** @param entries in the order of their age */
  constructor(entries: readonly CategoryEntry<Target>[]) {
    this.#all = entries;
    for (const entry of entries) this.#bySni.add(entry.snis ?? [], entry);
    this.#bySource = groupByEnd(entries, ({ sources }) => sources);
    this.#byDestination = groupByEnd(entries, ({ destinations }) => destinations);
  }

  /** Kong looks through the shortest list that the caller leads to, then through all. */
  find(facts: StreamFacts): CategoryEntry<Target> | null {
    const { request, source, destination } = facts;
    const [shortest] = [
      this.#bySni.get(request.sni),
      this.#bySource.get(source === null ? null : addressKey(source)) ?? this.#bySource.get(request.sourcePort),
      this.#byDestination.get(destination === null ? null : addressKey(destination)) ??
        this.#byDestination.get(request.destinationPort),
    ]
      .filter((list) => list !== undefined)
      .sort((a, b) => a.length - b.length);
    const isMatch = (entry: CategoryEntry<Target>): boolean => entry.matches(facts);
    return shortest?.find(isMatch) ?? this.#all.find(isMatch) ?? null;
  }
}

/** Entries under every address and port they name; those that name both together go first. */
function groupByEnd<Target extends Routable>(
  entries: readonly CategoryEntry<Target>[],
  endOf: (entry: CategoryEntry<Target>) => EndpointCondition | null,
): KeyLists<CategoryEntry<Target>> {
  const rulesOf = (entry: CategoryEntry<Target>): readonly EndpointRule[] => endOf(entry)?.rules ?? [];
  const namesBoth = (entry: CategoryEntry<Target>): number =>
    rulesOf(entry).some(({ address, range, port }) => port !== null && (address ?? range) !== null) ? 1 : 0;
  const lists = new KeyLists<CategoryEntry<Target>>();
  for (const entry of entries.toSorted((a, b) => namesBoth(b) - namesBoth(a))) {
    const keys = rulesOf(entry).flatMap(({ address, port }) => [address, port]);
    lists.add(
      keys.filter((key) => key !== null),
      entry,
    );
  }
  return lists;
}
