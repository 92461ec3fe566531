import { type Collection, collections, type Pair, pairs } from '../../../src/admin/routes/collections.ts';
import type { EntityKind } from '../../../src/entities/kinds.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { AdminApi } from '../../support/admin-api.ts';
import type { Operation } from './operation.ts';
import { sample, seedOrder } from './samples.ts';

const membership = /^\/(?:consumers|consumer_groups)\/:key\/consumer(?:s|_groups)/;

/** One entity of each kind in a gateway, and the requests that operations on them take. */
export class KnownEntities {
  readonly #api: AdminApi;
  /** Ids. */
  #seeds: Partial<Record<EntityKind, string>> = {};
  #first: Partial<Record<EntityKind, string>> = {};
  /** Samples with smaller numbers are there. */
  #number = 10;

  static async make(api: AdminApi): Promise<KnownEntities> {
    const known = new KnownEntities(api);
    for (const kind of seedOrder) known.#seeds[kind] = await known.#make(kind, 0);
    known.#first = { ...known.#seeds };
    return known;
  }

  private constructor(api: AdminApi) {
    this.#api = api;
  }

  /** Makes what an operation needs and others take away: a member of a group, a filter chain of a service or route. */
  async prepare({ method, path }: Operation): Promise<void> {
    this.#seeds = { ...this.#first };
    if (membership.test(path)) {
      const list = `/consumer_groups/${this.#seeds.consumer_groups ?? ''}/consumers`;
      await this.#api.ask('DELETE', list);
      if (method !== 'POST') await this.#api.ask('POST', list, { consumer: this.#seeds.consumers ?? '' });
    }
    if (!isOfFilterChain(path)) return;
    // No service and no route has two of them.
    this.#number++;
    this.#seeds.services = await this.#make('services', this.#number);
    this.#seeds.routes = await this.#make('routes', this.#number);
    const owner = path.includes('route') ? { route: { id: this.#seeds.routes }, service: null } : {};
    const isMade = method === 'POST' || (method === 'DELETE' && !/filter-chains\/:key\/./.test(path));
    if (!isMade) this.#seeds.filter_chains = await this.#make('filter_chains', this.#number, owner);
  }

  /** An entity that an operation may remove: its id, or `null` where it removes no entity of its own. */
  async makeRemovable(operation: Operation): Promise<string | null> {
    await this.prepare(operation);
    const { path, answers } = operation;
    if (Object.keys(answers).length === 0 || path.startsWith('/openid-connect') || membership.test(path)) return null;
    const kind = pairOf(path)?.child.kind ?? collectionOf(path)?.kind;
    return kind === undefined ? null : this.#make(kind, 2, this.#ownReference(path));
  }

  /** The path with keys of entities that are there. @param last the entity that it leads to */
  pathOf({ path }: Operation, last: string | null = null): string {
    const key = last !== null && !path.includes(':child') ? last : this.#keyFor(path);
    return path
      .replace(':key', key)
      .replace(':child', last ?? this.#childFor(path))
      .replace(':name', nameFor(path))
      .replace(':tag', 'sample')
      .replace(':level', 'info')
      .replace(':address', '127.0.0.1:1000');
  }

  /** A body that an operation takes; `undefined` where it takes none. */
  bodyOf({ method, path, body }: Operation): JsonObject | undefined {
    if (body === undefined) return undefined;
    if (method === 'PATCH') return {};
    if (path.startsWith('/schemas')) return sample(checkedKind(path), 1, this.#seeds);
    if (membership.test(path)) {
      return path.startsWith('/consumers')
        ? { group: this.#seeds.consumer_groups ?? '' }
        : { consumer: this.#seeds.consumers ?? '' };
    }
    const present = isOfFilterChain(path) ? this.#number : 0;
    return { ...sample(shownKind(path), method === 'POST' ? 1 : present, this.#seeds), ...this.#ownReference(path) };
  }

  #keyFor(path: string): string {
    if (path.startsWith('/workspaces')) return 'default';
    return this.#seeds[collectionOf(path)?.kind ?? 'services'] ?? 'no-such';
  }

  #childFor(path: string): string {
    if (membership.test(path)) {
      return this.#seeds[path.startsWith('/consumers') ? 'consumer_groups' : 'consumers'] ?? '';
    }
    return this.#seeds[pairOf(path)?.child.kind ?? 'targets'] ?? '';
  }

  /** Below an entity, a child refers to it; a filter chain then to nothing else. */
  #ownReference(path: string): JsonObject {
    const pair = pairOf(path);
    if (pair === undefined) return {};
    const others = pair.child.kind === 'filter_chains' ? { service: null, route: null } : {};
    return { ...others, [pair.field]: { id: this.#seeds[pair.parent.kind] ?? '' } };
  }

  async #make(kind: EntityKind, number: number, own: JsonObject = {}): Promise<string> {
    const name = collections.find((known) => known.kind === kind)?.name ?? kind;
    const path = kind === 'targets' ? `/upstreams/${this.#seeds.upstreams ?? ''}/targets` : `/${name}`;
    const answer = await this.#api.ask('POST', path, { ...sample(kind, number, this.#seeds), ...own });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
    return answer.id;
  }
}

function isOfFilterChain(path: string): boolean {
  return path.includes('filter-chains');
}

function nameFor(path: string): string {
  if (path.includes('vaults')) return 'env';
  if (path.includes('partials')) return 'redis-ce';
  return path.includes('plugins') ? 'key-auth' : 'services';
}

function checkedKind(path: string): EntityKind {
  return (['plugins', 'vaults', 'partials'] as const).find((kind) => path.includes(kind)) ?? 'services';
}

/** The kind of the entity that a path leads to. */
function shownKind(path: string): EntityKind {
  const up = pairs.find(({ child, field }) => path === `/${child.name}/:key/${field}`);
  const kind = up?.parent.kind ?? pairOf(path)?.child.kind ?? collectionOf(path)?.kind;
  if (kind === undefined) throw new TypeError(`no kind of entity at ${path}`);
  return kind;
}

function collectionOf(path: string): Collection | undefined {
  return collections.find(({ name }) => path === `/${name}` || path.startsWith(`/${name}/`));
}

function pairOf(path: string): Pair | undefined {
  const list = path.replace(/\/:child$/, '');
  return pairs.find(({ parent, child }) => list === `/${parent.name}/:key/${child.nestedName}`);
}
