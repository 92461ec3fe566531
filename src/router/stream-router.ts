import type { Route } from '../entities/route.ts';
import { KeyLists } from './key-lists.ts';
import { addressKey } from './stream-conditions.ts';
import { compareStreamEntries, compileStreamEntry, type StreamEntry } from './stream-entry.ts';
import { TraditionalStreamRouter } from './stream-categories.ts';
import {
  readStreamFacts,
  type StreamFacts,
  type StreamMatch,
  type StreamRequest,
  type StreamRouter,
} from './stream-request.ts';
import type { Routable, RouterFlavor } from './router.ts';

/** The router of `tcp`, `tls` and `tls_passthrough` routes; targets with routes of other protocols are left out. */
export function createStreamRouter<Target extends Routable>(
  targets: readonly Target[],
  flavor: RouterFlavor,
): StreamRouter<Target> {
  const ours = targets.filter(({ route }) => isStreamRoute(route));
  return flavor === 'traditional' ? new TraditionalStreamRouter(ours) : new IndexedStreamRouter(ours, flavor);
}

/** Whether a route is about connections rather than requests: Kong goes by the first protocol. */
export function isStreamRoute(route: Pick<Route, 'protocols'>): boolean {
  return STREAM_PROTOCOLS.has(route.protocols[0] ?? 'http');
}

const STREAM_PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'tls', 'udp', 'tls_passthrough']);

/**
 * The order of `traditional_compatible` and `expressions`: by priority, then the greater id. Entries are found through
 * maps of what they name exactly, so that the cost does not grow with the number of routes; only those that name
 * nothing but ranges are tried in turn.
 */
class IndexedStreamRouter<Target extends Routable> implements StreamRouter<Target> {
  readonly isEmpty: boolean;
  /** For callers that speak TLS. */
  readonly #tls = new StreamIndex<Target>();
  /** For others: `snis` takes no part (Kong, as for plain http), so entries stand under what else they name. */
  readonly #plain = new StreamIndex<Target>();

  constructor(targets: readonly Target[], flavor: RouterFlavor) {
    const entries = targets
      .map((target) => compileStreamEntry(target, flavor))
      .filter((entry) => entry !== null)
      .sort(compareStreamEntries);
    this.isEmpty = entries.length === 0;
    for (const [order, entry] of entries.entries()) {
      const ranked = { order, entry };
      this.#tls.add(ranked, true);
      this.#plain.add(ranked, false);
    }
  }

  match(request: StreamRequest): StreamMatch<Target> | null {
    const facts = readStreamFacts(request);
    const entry = (facts.protocol === 'tls' ? this.#tls : this.#plain).find(facts);
    return entry === null ? null : { target: entry.target };
  }
}

interface Ranked<Target extends Routable> {
  readonly order: number;
  readonly entry: StreamEntry<Target>;
}

/** Entries under one thing each of them demands; every list is in the order of priority. */
class StreamIndex<Target extends Routable> {
  readonly #bySni = new KeyLists<Ranked<Target>>();
  readonly #byDestination = new KeyLists<Ranked<Target>>();
  readonly #bySource = new KeyLists<Ranked<Target>>();
  readonly #rest: Ranked<Target>[] = [];

  add(ranked: Ranked<Target>, withSnis: boolean): void {
    const { snis, sources, destinations } = ranked.entry;
    const sniKeys = withSnis ? (snis?.keys ?? null) : null;
    const destinationKeys = destinations?.keys ?? null;
    const sourceKeys = sources?.keys ?? null;
    if (sniKeys !== null) this.#bySni.add(sniKeys, ranked);
    else if (destinationKeys !== null) this.#byDestination.add(destinationKeys, ranked);
    else if (sourceKeys !== null) this.#bySource.add(sourceKeys, ranked);
    else this.#rest.push(ranked);
  }

  find(facts: StreamFacts): StreamEntry<Target> | null {
    const { request, source, destination } = facts;
    let best = firstMatch(this.#rest, facts, null);
    if (request.sni !== null) best = this.#findBySni(request.sni, facts, best);
    if (destination !== null) best = firstMatch(this.#byDestination.get(addressKey(destination)), facts, best);
    best = firstMatch(this.#byDestination.get(request.destinationPort), facts, best);
    if (source !== null) best = firstMatch(this.#bySource.get(addressKey(source)), facts, best);
    return firstMatch(this.#bySource.get(request.sourcePort), facts, best)?.entry ?? null;
  }

  /** A wildcard ends or begins at a dot, so the dots of a name give every pattern that fits it. */
  #findBySni(sni: string, facts: StreamFacts, found: Ranked<Target> | null): Ranked<Target> | null {
    let best = firstMatch(this.#bySni.get(sni), facts, found);
    for (let dot = sni.indexOf('.'); dot >= 0; dot = sni.indexOf('.', dot + 1)) {
      best = firstMatch(this.#bySni.get(`*${sni.slice(dot)}`), facts, best);
      best = firstMatch(this.#bySni.get(`${sni.slice(0, dot + 1)}*`), facts, best);
    }
    return best;
  }
}

/** The first entry of a list that matches, if it comes before what is found already. */
function firstMatch<Target extends Routable>(
  list: readonly Ranked<Target>[] | undefined,
  facts: StreamFacts,
  found: Ranked<Target> | null,
): Ranked<Target> | null {
  if (list === undefined) return found;
  for (const ranked of list) {
    if (found !== null && ranked.order > found.order) return found;
    if (ranked.entry.matches(facts)) return ranked;
  }
  return found;
}
