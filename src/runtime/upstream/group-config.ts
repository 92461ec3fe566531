import { createHash } from 'node:crypto';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { Service } from '../../entities/service.ts';
import { type Target, targetAddress, type Upstream } from '../../entities/upstream.ts';
import { changesBetween } from '../../lib/list-changes.ts';

/** A target as a balancer needs it. */
export interface GroupTarget {
  /** Of the entity; empty for a service's own host. */
  readonly id: string;
  /** A name or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly weight: number;
}

/** What one balancer is made of. */
export interface GroupConfig {
  /** Equal for configs that are. */
  readonly key: string;
  /** Endpoints are kept over changes of everything else. */
  readonly id: string;
  /** For logs. */
  readonly name: string;
  /** `null` for a service that names its host itself. */
  readonly upstream: Upstream | null;
  readonly targets: readonly GroupTarget[];
}

/** The balancer of a service whose host is no upstream. */
export function directConfig({ host, port }: Service): GroupConfig {
  const id = `direct|${host}|${port}`;
  return { key: id, id, name: host, upstream: null, targets: [{ id: '', host, port, weight: 1 }] };
}

type UpstreamLists = Pick<EntitySet, 'upstreams' | 'targets' | 'certificates'>;

const noLists: UpstreamLists = { upstreams: [], targets: [], certificates: [] };

/** Upstreams of a config by name, with their targets. */
export class UpstreamIndex {
  static readonly #known = new WeakMap<EntitySet, UpstreamIndex>();
  static readonly #empty = new UpstreamIndex(noLists, null);
  readonly #lists: UpstreamLists;
  readonly #configs: Map<string, GroupConfig>;
  /** The configs that these were made from, and the names of those that may differ. */
  readonly #earlier: ReadonlyMap<string, GroupConfig> | null;
  readonly #touched = new Set<string>();

  /**
   * The index of a config, made once.
   *
   * @param before a config whose index is known; what both share is not worked out again
   */
  static of(entities: EntitySet, before: EntitySet | null = null): UpstreamIndex {
    let index = UpstreamIndex.#known.get(entities);
    if (index === undefined) {
      const { upstreams, targets, certificates } = entities;
      const earlier = (before === null ? null : UpstreamIndex.#known.get(before)) ?? UpstreamIndex.#empty;
      const isSame = (['upstreams', 'targets', 'certificates'] as const).every(
        (kind) => earlier.#lists[kind] === entities[kind],
      );
      index = isSame ? earlier : new UpstreamIndex({ upstreams, targets, certificates }, earlier);
      UpstreamIndex.#known.set(entities, index);
    }
    return index;
  }

  private constructor(lists: UpstreamLists, before: UpstreamIndex | null) {
    this.#lists = lists;
    this.#earlier = before === null ? null : before.#configs;
    this.#configs = new Map(this.#earlier);
    if (before === null) return;
    const { upstreams, targets, certificates } = lists;
    const changed = changesBetween(before.#lists.upstreams, upstreams);
    const moved = changesBetween(before.#lists.targets, targets);
    const hasCertificates = certificates !== before.#lists.certificates;
    const ids = new Set([...moved.removed, ...moved.added].map(({ upstream }) => upstream.id));
    for (const { id } of changed.added) ids.add(id);
    for (const { name } of changed.removed) {
      this.#configs.delete(name);
      this.#touched.add(name);
    }
    const affected = upstreams.filter(
      ({ id, client_certificate: certificate }) =>
        ids.has(id) || (hasCertificates && certificate !== null && certificate !== undefined),
    );
    const own = new Map<string, Target[]>(affected.map(({ id }) => [id, []]));
    if (own.size > 0) for (const target of targets) own.get(target.upstream.id)?.push(target);
    for (const upstream of affected) {
      const certificate = certificates.find(({ id }) => id === upstream.client_certificate?.id);
      const config = upstreamConfig(upstream, own.get(upstream.id) ?? [], certificate?.cert);
      // Of equal ones the older stays, so that they can be told from changed ones at a glance.
      const earlier = before.#configs.get(upstream.name);
      this.#configs.set(upstream.name, earlier?.key === config.key ? earlier : config);
      this.#touched.add(upstream.name);
    }
  }

  /** `null` when no upstream has this name. */
  get(name: string): GroupConfig | null {
    return this.#configs.get(name) ?? null;
  }

  /** Upstreams that another index has not, or has otherwise. */
  notIn(other: UpstreamIndex): readonly GroupConfig[] {
    if (other === this) return [];
    const [from, to] = [this.#configs, other.#configs];
    const names = other.#earlier === from ? other.#touched : this.#earlier === to ? this.#touched : from.keys();
    const configs = [...names].flatMap((name) => from.get(name) ?? []);
    return configs.filter((config) => to.get(config.name) !== config);
  }
}

/** @param certificate what checks show to targets that ask for one */
function upstreamConfig(upstream: Upstream, targets: readonly Target[], certificate: string | undefined): GroupConfig {
  const settings = { ...upstream, tags: null, created_at: 0, updated_at: 0 };
  const parts = targets.map(({ id, target, weight }) => [id, target, weight]);
  const digest = createHash('sha256')
    .update(JSON.stringify([settings, parts, certificate]))
    .digest('base64');
  return {
    key: `upstream|${digest}`,
    id: upstream.id,
    name: upstream.name,
    upstream,
    targets: targets.map(groupTarget),
  };
}

function groupTarget(target: Target): GroupTarget {
  return { id: target.id, ...targetAddress(target), weight: target.weight };
}
