import type { Route } from '../../entities/route.ts';
import type { Service } from '../../entities/service.ts';
import { LayeredRouter } from '../../router/layered-router.ts';
import type { RouterFlavor } from '../../router/router.ts';
import { createStreamRouter, isStreamRoute } from '../../router/stream-router.ts';
import type { StreamRouter } from '../../router/stream-request.ts';
import { whyIdle } from '../idle-route.ts';
import type { CompiledRoute, RouteSlot } from '../snapshot.ts';
import { compileStreamRoute, type StreamRoute } from '../stream/stream-route.ts';
import { HttpRoute } from './http-route.ts';
import type { LazyChain } from './plugin-table.ts';
import type { Binding, BindingChange } from './service-bindings.ts';

/** What the routes of a snapshot are compiled to. */
export interface RouteTables {
  readonly flavor: RouterFlavor;
  readonly router: LayeredRouter<RouteSlot>;
  /** By {@link RouteSlot.slot}; with gaps. */
  readonly slots: readonly (CompiledRoute | undefined)[];
  readonly streamRouter: StreamRouter<StreamRoute>;
  /** In the order of the config they were compiled from. */
  readonly streamRoutes: readonly StreamRoute[];
}

/** How one config differs from the one before, as far as routes go by it. */
export interface RouteChanges {
  readonly flavor: RouterFlavor;
  /** All routes, in the order of the config. */
  readonly routes: readonly Route[];
  /** Whether they are another list than before. */
  readonly isOtherList: boolean;
  /** Ids of routes that are to be compiled anew, those included that are gone. */
  readonly affected: ReadonlySet<string>;
  /** Ids of routes that have other plugins, and may have changed otherwise too. */
  readonly rechained: ReadonlySet<string>;
  readonly routeOf: (id: string) => Route | null;
  readonly serviceOf: (id: string) => Service | null;
  readonly chainOf: (routeId: string, serviceId: string | null) => LazyChain;
  readonly bindings: BindingChange;
  /** Layers of the router that must stay as they are. */
  readonly frozen: ReadonlySet<object>;
}

/** One route that is in use. */
type Entry =
  | { readonly target: RouteSlot; readonly compiled: HttpRoute; readonly binding: Binding | null }
  | { readonly target: null; readonly stream: StreamRoute; readonly binding: Binding | null };

/** What a change makes of the routes. */
export interface RoutePlan {
  readonly tables: RouteTables;
  /** `null` for routes that are gone or idle. */
  readonly entries: ReadonlyMap<string, Entry | null>;
  readonly freeSlots: readonly number[];
}

/**
 * The routes of a config as requests and connections need them. The router knows a route by its slot alone, so that a
 * change of services and plugins leaves it as it is.
 */
export class CompiledRoutes {
  readonly #entries = new Map<string, Entry>();
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
    const { flavor, bindings } = changes;
    const before = this.#tables;
    const slots = before.slots.slice();
    const free = [...this.#freeSlots];
    const entries = new Map<string, Entry | null>();
    const [removed, added]: [RouteSlot[], RouteSlot[]] = [[], []];
    const freed: number[] = [];
    // In `traditional` the order of the file decides, and it may be all that changed.
    let hasStreams = flavor !== before.flavor || (flavor === 'traditional' && changes.isOtherList);
    for (const id of changes.affected) {
      const old = this.#entries.get(id) ?? null;
      const entry = compileEntry(changes.routeOf(id), old, changes, () => free.pop() ?? slots.push(undefined) - 1);
      entries.set(id, entry);
      bindings.leave(old?.binding ?? null);
      hasStreams ||= (old !== null && old.target === null) || (entry !== null && entry.target === null);
      const [was, is] = [old?.target ?? null, entry?.target ?? null];
      if (was !== null && was !== is) removed.push(was);
      if (is !== null && was !== is) added.push(is);
      if (was !== null && is?.slot !== was.slot) {
        slots[was.slot] = undefined;
        freed.push(was.slot);
      }
      if (entry !== null && entry.target !== null) slots[entry.target.slot] = entry.compiled;
    }
    for (const id of changes.rechained) {
      const entry = changes.affected.has(id) ? undefined : this.#entries.get(id);
      if (entry === undefined || entry.target === null) continue;
      const compiled = entry.compiled.with(changes.chainOf(id, entry.compiled.service?.id ?? null));
      entries.set(id, { ...entry, compiled });
      slots[entry.target.slot] = compiled;
    }
    const entryOf = (id: string): Entry | null =>
      entries.get(id) ?? (entries.has(id) ? null : (this.#entries.get(id) ?? null));
    const streamRoutes = hasStreams ? streamsIn(changes.routes, entryOf) : before.streamRoutes;
    return {
      entries,
      freeSlots: [...free, ...freed],
      tables: {
        flavor,
        slots,
        router: routerOf(before, changes, removed, added, entryOf),
        streamRoutes,
        streamRouter: hasStreams ? createStreamRouter(streamRoutes, flavor) : before.streamRouter,
      },
    };
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

/** `null` for a route that is idle. A route that is the same as before keeps its target. */
function compileEntry(
  route: Route | null,
  old: Entry | null,
  { flavor, serviceOf, chainOf, bindings }: RouteChanges,
  takeSlot: () => number,
): Entry | null {
  const service = route?.service === null || route === null ? null : serviceOf(route.service.id);
  if (route === null || whyIdle(route, service) !== null) return null;
  const binding = service === null ? null : bindings.use(service);
  const upstream = binding?.upstream ?? null;
  if (isStreamRoute(route)) return { target: null, stream: compileStreamRoute(route, service, upstream), binding };
  const was = old?.target ?? null;
  const target = was?.route === route ? was : { route, slot: was?.slot ?? takeSlot() };
  const compiled = new HttpRoute(route, service, upstream, chainOf(route.id, service?.id ?? null), flavor);
  return { target, compiled, binding };
}

/** `traditional` orders routes by the file, and by each other: its router is made anew. */
function routerOf(
  before: RouteTables,
  { flavor, routes, isOtherList, frozen }: RouteChanges,
  removed: readonly RouteSlot[],
  added: readonly RouteSlot[],
  entryOf: (id: string) => Entry | null,
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

function streamsIn(routes: readonly Route[], entryOf: (id: string) => Entry | null): readonly StreamRoute[] {
  const streams: StreamRoute[] = [];
  for (const route of routes) {
    const entry = isStreamRoute(route) ? entryOf(route.id) : null;
    if (entry !== null && entry.target === null) streams.push(entry.stream);
  }
  return streams;
}
