import { Compaction } from '../../router/compaction.ts';
import type { LayeredRouter } from '../../router/layered-router.ts';
import type { RouteSlot } from '../snapshot.ts';

/** How long requests wait at most for the upkeep, in each turn of the event loop. */
const SLICE_MS = 1;
/** So many changed parts of routes make look-ups slow enough to start at once. */
const MANY = 256;
/** A greater share of all parts, for routers that take long to index. */
const SHARE = 1 / 8;
/** With fewer changes the upkeep waits until no more come for this long. */
const QUIET_MS = 500;

const none: ReadonlySet<object> = new Set();

/**
 * Keeps look-ups as fast as they are in a router that was made for all routes: makes one layer of the layers that changes
 * have left, in the background and a moment at a time.
 */
export class RouterUpkeep {
  #router: LayeredRouter<RouteSlot> | null = null;
  #compaction: Compaction<RouteSlot> | null = null;
  #quiet: NodeJS.Timeout | null = null;
  #turn: NodeJS.Immediate | null = null;

  /** What routers that are made now must take over as it is. */
  get frozen(): ReadonlySet<object> {
    return this.#compaction?.cores ?? none;
  }

  /** Looks after a router, the latest one, in place of all before it. */
  watch(router: LayeredRouter<RouteSlot>): void {
    this.#router = router;
    if (this.#compaction !== null) return;
    this.#stopWaiting();
    const { pending, flavor } = router;
    // Routers of this flavor are always made for all routes.
    if (pending === 0 || flavor === 'traditional') return;
    if (pending > Math.max(MANY, (router.layers[0]?.size ?? 0) * SHARE)) this.#start(router);
    else this.#quiet = setTimeout(() => this.#start(router), QUIET_MS).unref();
  }

  /** Ends all work; the router stays as it is. */
  close(): void {
    this.#stopWaiting();
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#compaction = null;
  }

  #stopWaiting(): void {
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    this.#quiet = null;
  }

  #start(router: LayeredRouter<RouteSlot>): void {
    this.#stopWaiting();
    this.#compaction = new Compaction(router);
    this.#goOn();
  }

  #goOn(): void {
    this.#turn = setImmediate(() => this.#slice());
  }

  #slice(): void {
    const [router, compaction] = [this.#router, this.#compaction];
    if (router === null || compaction === null) return;
    const end = performance.now() + SLICE_MS;
    while (performance.now() < end) {
      if (!compaction.step(router)) continue;
      this.#compaction = null;
      this.watch(router);
      return;
    }
    this.#goOn();
  }
}
