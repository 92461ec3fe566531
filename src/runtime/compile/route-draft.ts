import type { Route } from '../../entities/route.ts';
import type { Service } from '../../entities/service.ts';
import type { RouterFlavor } from '../../router/router.ts';
import { isStreamRoute } from '../../router/stream-router.ts';
import { whyIdle } from '../idle-route.ts';
import type { RouteSlot } from '../snapshot.ts';
import { compileStreamRoute, type StreamRoute } from '../stream/stream-route.ts';
import { HttpRoute } from './http-route.ts';
import type { LazyChain } from './plugin-table.ts';
import type { Binding, BindingChange } from './service-bindings.ts';

/** How one config differs from the one before, as far as routes go by it. */
export interface RouteChanges {
  readonly flavor: RouterFlavor;
  /** All routes, in the order of the config. */
  readonly routes: readonly Route[];
  /** Whether they are another list than before. */
  readonly isOtherList: boolean;
  /** Ids of routes that are to be compiled anew, those included that are gone. */
  readonly affected: ReadonlySet<string>;
  /** Ids of routes that have other plugins, and may have changed otherwise too; `null` for all. */
  readonly rechained: ReadonlySet<string> | null;
  readonly routeOf: (id: string) => Route | null;
  readonly serviceOf: (id: string) => Service | null;
  readonly chainOf: (routeId: string, serviceId: string | null) => LazyChain;
  readonly bindings: BindingChange;
  /** Layers of the router that must stay as they are. */
  readonly frozen: ReadonlySet<object>;
}

/** One route that is in use: for requests, or for connections. */
export interface RouteEntry {
  /** `null` for connections. */
  readonly target: RouteSlot | null;
  /** `null` for requests. */
  readonly stream: StreamRoute | null;
  /** `null` without a service. */
  readonly binding: Binding | null;
}

/** The routes while a config is being compiled from the one before. */
export class RouteDraft {
  readonly entries = new Map<string, RouteEntry | null>();
  readonly slots: (HttpRoute | undefined)[];
  /** Targets that the router has no more, and those that it has not yet. */
  readonly removed: RouteSlot[] = [];
  readonly added: RouteSlot[] = [];
  /** Whether a route for connections changed. */
  hasStreams = false;
  readonly #changes: RouteChanges;
  readonly #free: number[];
  readonly #freed: number[] = [];

  constructor(changes: RouteChanges, slots: readonly (HttpRoute | undefined)[], freeSlots: readonly number[]) {
    this.#changes = changes;
    this.slots = slots.slice();
    this.#free = freeSlots.slice();
  }

  /** Slots for routes to come. */
  get freeSlots(): readonly number[] {
    return [...this.#free, ...this.#freed];
  }

  /** Compiles a route, or notes that it is gone or idle. */
  compile(id: string, old: RouteEntry | null): void {
    const entry = this.#compile(id, old);
    this.entries.set(id, entry);
    this.#changes.bindings.leave(old?.binding ?? null);
    this.hasStreams ||= isStream(old) || isStream(entry);
    const [was, is] = [old?.target ?? null, entry?.target ?? null];
    if (was === is) return;
    if (is !== null) this.added.push(is);
    if (was === null) return;
    this.removed.push(was);
    if (is?.slot === was.slot) return;
    this.slots[was.slot] = undefined;
    this.#freed.push(was.slot);
  }

  /** Gives a route its plugins anew. */
  rechain(entry: RouteEntry | null): void {
    const slot = entry?.target?.slot;
    const compiled = slot === undefined ? undefined : this.slots[slot];
    if (slot !== undefined && compiled !== undefined) this.slots[slot] = this.#rechained(compiled);
  }

  /** Gives all routes their plugins anew. */
  rechainAll(): void {
    for (const [slot, compiled] of this.slots.entries()) {
      if (compiled !== undefined) this.slots[slot] = this.#rechained(compiled);
    }
  }

  #rechained(compiled: HttpRoute): HttpRoute {
    return compiled.with(this.#changes.chainOf(compiled.route.id, compiled.service?.id ?? null));
  }

  /** A route that is the same as before keeps its target. */
  #compile(id: string, old: RouteEntry | null): RouteEntry | null {
    const { flavor, routeOf, serviceOf, chainOf, bindings } = this.#changes;
    const route = routeOf(id);
    const serviceId = route?.service?.id;
    const service = serviceId === undefined ? null : serviceOf(serviceId);
    if (route === null || whyIdle(route, service) !== null) return null;
    const binding = service === null ? null : bindings.use(service);
    const upstream = binding?.upstream ?? null;
    if (isStreamRoute(route)) return { target: null, stream: compileStreamRoute(route, service, upstream), binding };
    const was = old?.target ?? null;
    const target = was?.route === route ? was : { route, slot: was?.slot ?? this.#takeSlot() };
    const chain = chainOf(id, service?.id ?? null);
    this.slots[target.slot] = new HttpRoute(route, service, upstream, chain, flavor);
    return { target, stream: null, binding };
  }

  #takeSlot(): number {
    return this.#free.pop() ?? this.slots.push(undefined) - 1;
  }
}

function isStream(entry: RouteEntry | null): boolean {
  return entry !== null && entry.stream !== null;
}
