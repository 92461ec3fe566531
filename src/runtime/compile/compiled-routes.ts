import type { Route } from '../../entities/route.ts';
import { LayeredRouter } from '../../router/layered-router.ts';
import type { RouterFlavor } from '../../router/router.ts';
import { createStreamRouter, isStreamRoute } from '../../router/stream-router.ts';
import type { StreamRouter } from '../../router/stream-request.ts';
import type { RouteSlot } from '../snapshot.ts';
import type { StreamRoute } from '../stream/stream-route.ts';
import type { HttpRoute } from './http-route.ts';
import { type RouteChanges, RouteDraft, type RouteEntry } from './route-draft.ts';

/** What the routes of a snapshot are compiled to. */
export interface RouteTables {
  readonly flavor: RouterFlavor;
  readonly router: LayeredRouter<RouteSlot>;
  /** By {@link RouteSlot.slot}; with gaps. */
  readonly slots: readonly (HttpRoute | undefined)[];
  readonly streamRouter: StreamRouter<StreamRoute>;
  /** In the order of the config they were compiled from. */
  readonly streamRoutes: readonly StreamRoute[];
}

/** What a change makes of the routes. */
export interface RoutePlan {
  readonly tables: RouteTables;
  /** `null` for routes that are gone or idle. */
  readonly entries: ReadonlyMap<string, RouteEntry | null>;
  readonly freeSlots: readonly number[];
}

/**
 * The routes of a config as requests and connections need them. The router knows a route by its slot alone, so that a
 * change of services and plugins leaves it as it is.
 */
export class CompiledRoutes {
  readonly #entries = new Map<string, RouteEntry>();
  #freeSlots: readonly number[] = [];
  #tables: RouteTables;

  constructor(flavor: RouterFlavor) {
    this.#tables = tablesOf(flavor);
  }

  get tables(): RouteTables {
    return this.#tables;
  }

  /** Compiles what must be compiled, and changes nothing yet. */
  plan(changes: RouteChanges): RoutePlan {
    const { flavor } = changes;
    const before = this.#tables;
    const draft = new RouteDraft(changes, before.slots, this.#freeSlots);
    for (const id of changes.affected) draft.compile(id, this.#entries.get(id) ?? null);
    if (changes.rechained === null) draft.rechainAll();
    else for (const id of changes.rechained) draft.rechain(this.#entries.get(id) ?? null);
    const { entries, slots, freeSlots, removed, added } = draft;
    const entryOf = (id: string): RouteEntry | null => {
      const entry = entries.get(id);
      return entry === undefined ? (this.#entries.get(id) ?? null) : entry;
    };
    // In `traditional` the order of the file decides, and it may be all that changed.
    const isReordered = flavor === 'traditional' && changes.isOtherList;
    const hasStreams = draft.hasStreams || flavor !== before.flavor || isReordered;
    const streamRoutes = hasStreams ? streamsIn(changes.routes, entryOf) : before.streamRoutes;
    const streamRouter = hasStreams ? createStreamRouter(streamRoutes, flavor) : before.streamRouter;
    const router = routerOf(before, changes, removed, added, entryOf);
    return { entries, freeSlots, tables: { flavor, slots, router, streamRoutes, streamRouter } };
  }

  /** Makes a plan true. */
  commit({ tables, entries, freeSlots }: RoutePlan): void {
    this.#tables = tables;
    this.#freeSlots = freeSlots;
    for (const [id, entry] of entries) {
      if (entry === null) this.#entries.delete(id);
      else this.#entries.set(id, entry);
    }
  }
}

function tablesOf(flavor: RouterFlavor): RouteTables {
  const [router, streamRouter] = [LayeredRouter.of<RouteSlot>([], flavor), createStreamRouter<StreamRoute>([], flavor)];
  return { flavor, router, streamRouter, slots: [], streamRoutes: [] };
}

/** `traditional` orders routes by the file, and by each other: its router is made anew. */
function routerOf(
  before: RouteTables,
  { flavor, routes, isOtherList, frozen }: RouteChanges,
  removed: readonly RouteSlot[],
  added: readonly RouteSlot[],
  entryOf: (id: string) => RouteEntry | null,
): LayeredRouter<RouteSlot> {
  const isSame = removed.length === 0 && added.length === 0;
  const mustBeNew = flavor !== before.flavor || (flavor === 'traditional' && (isOtherList || !isSame));
  if (mustBeNew)
    return LayeredRouter.of(
      routes.flatMap(({ id }) => entryOf(id)?.target ?? []),
      flavor,
    );
  return isSame ? before.router : before.router.changed(removed, added, frozen);
}

function streamsIn(routes: readonly Route[], entryOf: (id: string) => RouteEntry | null): readonly StreamRoute[] {
  const streams: StreamRoute[] = [];
  for (const route of routes) {
    const entry = isStreamRoute(route) ? entryOf(route.id) : null;
    if (entry !== null && entry.stream !== null) streams.push(entry.stream);
  }
  return streams;
}
