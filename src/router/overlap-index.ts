import type { ComparablePart } from './comparable-part.ts';

/** Parts that are kept and looked at per list; beyond that, files are generated, and one of a kind is enough. */
const MAX_PER_LIST = 200;

/** Deeper paths are found by their first segments. */
const MAX_SEGMENTS = 12;

/**
 * Finds parts that may match the requests of another, without comparing all pairs: by host, then by what the path
 * begins with. What it yields must still be compared.
 */
export class OverlapIndex {
  readonly #all = new PathTable();
  readonly #anyHost = new PathTable();
  readonly #wildcards = new PathTable();
  readonly #byHost = new Map<string, PathTable>();

  add(part: ComparablePart): void {
    this.#all.add(part);
    if (part.hosts === null) this.#anyHost.add(part);
    for (const host of part.hosts ?? []) {
      if (host.includes('*')) this.#wildcards.add(part);
      else this.#tableOf(nameOf(host)).add(part);
    }
  }

  *near(part: ComparablePart): Generator<ComparablePart> {
    if (part.hosts === null || part.hosts.some((host) => host.includes('*'))) {
      yield* this.#all.near(part);
      return;
    }
    for (const host of part.hosts) yield* this.#byHost.get(nameOf(host))?.near(part) ?? [];
    yield* this.#anyHost.near(part);
    yield* this.#wildcards.near(part);
  }

  #tableOf(host: string): PathTable {
    let table = this.#byHost.get(host);
    if (table === undefined) {
      table = new PathTable();
      this.#byHost.set(host, table);
    }
    return table;
  }
}

/** Parts by what their paths begin with. */
class PathTable {
  /** By the whole beginning. */
  readonly #at = new Map<string, ComparablePart[]>();
  readonly #lengths = new Set<number>();
  /** By each of the segments the beginning goes through. */
  readonly #below = new Map<string, ComparablePart[]>();

  add(part: ComparablePart): void {
    for (const { head, pattern } of part.paths ?? [{ head: '', pattern: null }]) {
      append(this.#at, head, part);
      this.#lengths.add(head.length);
      if (pattern !== null) append(this.#at, `~${pattern}`, part);
      for (const start of startsOf(head)) append(this.#below, start, part);
    }
  }

  *near(part: ComparablePart): Generator<ComparablePart> {
    for (const { head, pattern } of part.paths ?? [{ head: '', pattern: null }]) {
      for (const length of this.#lengths) {
        if (length <= head.length) yield* this.#at.get(head.slice(0, length)) ?? [];
      }
      if (pattern !== null) yield* this.#at.get(`~${pattern}`) ?? [];
      yield* this.#below.get(head) ?? [];
      // "/ab" is below "/a" without being in its segment.
      const segment = head.slice(0, Math.max(0, head.lastIndexOf('/')));
      if (segment !== head) yield* this.#below.get(segment) ?? [];
    }
  }
}

/** The text itself, and what it is up to each of its slashes. */
function startsOf(head: string): ReadonlySet<string> {
  const starts = new Set(['', head]);
  for (let at = head.indexOf('/', 1); at > 0 && starts.size < MAX_SEGMENTS; at = head.indexOf('/', at + 1)) {
    starts.add(head.slice(0, at));
  }
  return starts;
}

function append(lists: Map<string, ComparablePart[]>, key: string, part: ComparablePart): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [part]);
  else if (list.length < MAX_PER_LIST) list.push(part);
}

function nameOf(host: string): string {
  const colon = host.indexOf(':');
  return colon < 0 ? host : host.slice(0, colon);
}
