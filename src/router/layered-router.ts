import { type Layer, layerOf, livingParts, mergeParts, placeOf, without } from './layer.ts';
import { compareParts, type Comparable } from './rank-parts.ts';
import { RequestFacts } from './request-facts.ts';
import { comparablesOf, orderedParts, type RoutePart } from './route-parts.ts';
import type { Routable, RouteMatch, Router, RouterFlavor, RouterRequest } from './router.ts';
import { Search } from './search.ts';
import { TraditionalFinder } from './traditional-finder.ts';

/** Layers above the first are kept this small, or indexing them takes longer than a change of a few routes may. */
const MAX_MERGED = 512;
/** With more new routes than this all are indexed at once, as when a config is loaded. */
const MAX_ADDED = 2048;

/**
 * A router that others can be made from by adding and taking away a few routes, at a cost that goes by how many these
 * are. Parts of routes stand in layers: the first was made for all routes, newer ones were laid on top, and parts that
 * were taken away are marked in theirs. A request is looked up in each, and the best match wins, so the answer is that
 * of a router made for all routes anew. {@link LayeredRouter.replaceLayers} makes one layer of them in good time.
 *
 * Routers that were made from each other share the objects they search with: only one may be searching at a time.
 */
export class LayeredRouter<Target extends Routable> implements Router<Target> {
  readonly flavor: RouterFlavor;
  readonly #search: Search<Target>;
  readonly #other: Search<Target>;
  #base: Layer<Target>;
  #upper: readonly Layer<Target>[];

  private constructor(layers: readonly Layer<Target>[], flavor: RouterFlavor, facts: RequestFacts) {
    const [base, ...upper] = layers;
    this.flavor = flavor;
    this.#base = base ?? layerOf<Target>([]);
    this.#upper = upper;
    this.#search = new Search(facts);
    this.#other = new Search(facts);
  }

  /** The router of all these targets, in one layer. */
  static of<Target extends Routable>(targets: readonly Target[], flavor: RouterFlavor): LayeredRouter<Target> {
    const parts = orderedParts(targets, flavor);
    const layer =
      flavor === 'traditional'
        ? { core: { parts, finder: new TraditionalFinder(parts) }, dead: null, size: parts.length }
        : layerOf(parts);
    return new LayeredRouter([layer], flavor, new RequestFacts(flavor));
  }

  /** All layers, the first one first. */
  get layers(): readonly Layer<Target>[] {
    return [this.#base, ...this.#upper];
  }

  /** How many parts are in layers on top, or marked as gone: what {@link LayeredRouter.replaceLayers} gets rid of. */
  get pending(): number {
    let count = this.#base.core.parts.length - this.#base.size;
    for (const { core } of this.#upper) count += core.parts.length;
    return count;
  }

  match(request: RouterRequest): RouteMatch<Target> | null {
    const search = this.#search;
    search.facts.load(request);
    search.reset(this.#base.dead);
    this.#base.core.finder.find(search);
    return this.#upper.length === 0 ? search.result() : this.#bestOf(search);
  }

  /**
   * The router without some targets and with others; this one stays as it is. Not for `traditional`, which orders routes by each other.
   *
   * @param removed targets of this router
   * @param frozen layers that are being made into one and must stay as they are
   */
  changed(removed: readonly Target[], added: readonly Target[], frozen: ReadonlySet<object>): LayeredRouter<Target> {
    const { flavor } = this;
    const parts = orderedParts(added, flavor);
    let layers = this.#without(removed);
    if (parts.length > MAX_ADDED) {
      const all = layers.reduce((merged, layer) => mergeParts(merged, livingParts(layer), flavor), parts);
      return new LayeredRouter([layerOf(all)], flavor, this.#search.facts);
    }
    if (parts.length > 0) layers = laidOn(layers, parts, flavor, frozen);
    return new LayeredRouter(layers, flavor, this.#search.facts);
  }

  /** Puts other layers in place of these. They must hold the same parts: no answer changes. */
  replaceLayers([base, ...upper]: readonly Layer<Target>[]): void {
    if (base === undefined) return;
    this.#base = base;
    this.#upper = upper;
  }

  /** @param search has been through the first layer */
  #bestOf(search: Search<Target>): RouteMatch<Target> | null {
    let [best, other, holder] = [search, this.#other, this.#base];
    for (const layer of this.#upper) {
      other.reset(layer.dead);
      layer.core.finder.find(other);
      if (other.isEmpty) continue;
      if (!best.isEmpty && this.#isFirst(holder, best.order, layer, other.order)) continue;
      [best, other, holder] = [other, best, layer];
    }
    return best.result();
  }

  /** Whether a part of the one layer is tried before a part of the other. */
  #isFirst(one: Layer<Target>, place: number, other: Layer<Target>, otherPlace: number): boolean {
    const [part, otherPart] = [one.core.parts[place], other.core.parts[otherPlace]];
    if (part === undefined || otherPart === undefined) return otherPart === undefined;
    return compareParts(part, otherPart, this.flavor) < 0;
  }

  #without(removed: readonly Target[]): readonly Layer<Target>[] {
    if (removed.length === 0) return this.layers;
    const sought = removed.flatMap((target) =>
      comparablesOf(target.route, this.flavor).map((part): [Comparable, Target] => [part, target]),
    );
    const [base, ...upper] = this.layers.map((layer) => {
      const places = sought.map(([part, target]) => placeOf(layer.core, part, target, this.flavor));
      return without(
        layer,
        places.filter((place) => place >= 0),
      );
    });
    return base === undefined ? [] : [base, ...upper.filter(({ size }) => size > 0)];
  }
}

/** Lays a layer on top, made into one with those below that are no larger. */
function laidOn<Target extends Routable>(
  layers: readonly Layer<Target>[],
  added: readonly RoutePart<Target>[],
  flavor: RouterFlavor,
  frozen: ReadonlySet<object>,
): readonly Layer<Target>[] {
  const below = [...layers];
  let parts = added;
  for (let next = below.at(-1); next !== undefined; next = below.at(-1)) {
    const isSmall = next.size <= 2 * parts.length && next.size + parts.length <= MAX_MERGED;
    if (!isSmall || frozen.has(next.core)) break;
    parts = mergeParts(livingParts(next), parts, flavor);
    below.pop();
  }
  return [...below, layerOf(parts)];
}
