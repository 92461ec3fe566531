import type { Steps } from '../lib/steps.ts';
import { indexInSteps } from './index-parts.ts';
import { type Layer, type LayerCore, livingParts, mergeParts, placeOf, without } from './layer.ts';
import type { LayeredRouter } from './layered-router.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable, RouterFlavor } from './router.ts';

/**
 * Makes one layer of all that a router has, in steps, while other routers are made from that router. In the end the
 * layer takes the place of the old ones in the latest of them: what was taken away meanwhile is marked, and what was
 * laid on top stays there.
 */
export class Compaction<Target extends Routable> {
  /** What it is made of; a router that is made meanwhile must take over these as they are. */
  readonly cores: ReadonlySet<object>;
  readonly #flavor: RouterFlavor;
  readonly #layers: readonly Layer<Target>[];
  readonly #steps: Steps<LayerCore<Target>>;

  constructor({ layers, flavor }: LayeredRouter<Target>) {
    this.cores = new Set(layers.map(({ core }) => core));
    this.#flavor = flavor;
    this.#layers = layers;
    this.#steps = this.#run();
  }

  /**
   * Goes on for a moment.
   *
   * @param latest the router that was made last
   * @returns whether that was the end: then the router has the new layer, unless it was made of all routes meanwhile
   */
  step(latest: LayeredRouter<Target>): boolean {
    const step = this.#steps.next();
    if (step.done !== true) return false;
    this.#putInto(latest, step.value);
    return true;
  }

  *#run(): Steps<LayerCore<Target>> {
    const [base, ...upper] = this.#layers;
    let above: readonly RoutePart<Target>[] = [];
    for (const layer of upper.reverse()) {
      above = mergeParts(livingParts(layer), above, this.#flavor);
      yield;
    }
    const parts = base === undefined ? above : mergeParts(livingParts(base), above, this.#flavor);
    yield;
    return { parts, finder: yield* indexInSteps(parts) };
  }

  #putInto(latest: LayeredRouter<Target>, core: LayerCore<Target>): void {
    const { layers } = latest;
    if (layers[0]?.core !== this.#layers[0]?.core) return;
    const places: number[] = [];
    for (const before of this.#layers) {
      const now = layers.find((layer) => layer.core === before.core) ?? null;
      for (const part of goneSince(before, now)) places.push(placeOf(core, part, part.target, this.#flavor));
    }
    const layer = without({ core, dead: null, size: core.parts.length }, places);
    latest.replaceLayers([layer, ...layers.filter((one) => !this.cores.has(one.core))]);
  }
}

/** Parts of a layer that were taken away since. @param now `null` when all were, and the layer with them */
function goneSince<Target extends Routable>(
  before: Layer<Target>,
  now: Layer<Target> | null,
): readonly RoutePart<Target>[] {
  if (now !== null && now.dead === before.dead) return [];
  return before.core.parts.filter(
    (_part, place) => before.dead?.[place] !== 1 && (now === null || now.dead?.[place] === 1),
  );
}
