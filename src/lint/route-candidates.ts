import type { ComparablePart } from '../router/comparable-part.ts';

/** Parts with the same host and path text that are looked at for one other; beyond that, files are generated. */
const MAX_PER_BUCKET = 200;

const anyHost = '';

/**
 * Finds the parts that may match the requests of another, without comparing all pairs: by host, then by what the path
 * begins with. What it yields must still be compared.
 */
export class RouteCandidates {
  readonly #hosts = new Map<string, PathTable>();

  add(part: ComparablePart): void {
    for (const host of part.hosts ?? [anyHost]) {
      const name = nameOf(host);
      let table = this.#hosts.get(name);
      if (table === undefined) {
        table = new PathTable();
        this.#hosts.set(name, table);
      }
      table.add(part);
    }
  }

  /** Parts whose hosts and paths may cover the first host and the first path of `part`, earliest added first. */
  *covering(part: ComparablePart): Generator<ComparablePart> {
    for (const host of hostsCovering(part.hosts?.[0] ?? anyHost)) {
      const table = this.#hosts.get(host);
      if (table !== undefined) yield* table.covering(part);
    }
  }
}

/** Parts by what their paths begin with. */
class PathTable {
  readonly #byHead = new Map<string, ComparablePart[]>();
  readonly #lengths = new Set<number>();

  add(part: ComparablePart): void {
    for (const { head, pattern } of part.paths ?? [{ head: '', pattern: null }]) {
      const key = pattern === null ? `=${head}` : `~${pattern}`;
      const bucket = this.#byHead.get(key);
      if (bucket === undefined) this.#byHead.set(key, [part]);
      else if (bucket.length < MAX_PER_BUCKET) bucket.push(part);
      if (pattern === null) this.#lengths.add(head.length);
    }
  }

  *covering(part: ComparablePart): Generator<ComparablePart> {
    const [path = { head: '', pattern: null }] = part.paths ?? [];
    if (path.pattern !== null) yield* this.#byHead.get(`~${path.pattern}`) ?? [];
    for (const length of this.#lengths) {
      if (length <= path.head.length) yield* this.#byHead.get(`=${path.head.slice(0, length)}`) ?? [];
    }
  }
}

/** The texts a route can have in `hosts` to match this one: itself, any host, the wildcards around it. */
function hostsCovering(host: string): readonly string[] {
  const name = nameOf(host);
  if (name === anyHost) return [anyHost];
  const found = [name, anyHost];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    found.push(`*${name.slice(dot)}`, `${name.slice(0, dot)}.*`);
  }
  return [...new Set(found)];
}

/** Ports are left to the comparison. */
function nameOf(host: string): string {
  const colon = host.indexOf(':');
  return colon < 0 ? host : host.slice(0, colon);
}
