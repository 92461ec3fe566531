import { createHash } from 'node:crypto';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { Service } from '../../entities/service.ts';
import type { Target, Upstream } from '../../entities/upstream.ts';

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

/** Upstreams of a config by name, with their targets. */
export class UpstreamIndex {
  static readonly #known = new WeakMap<EntitySet, UpstreamIndex>();
  readonly #configs = new Map<string, GroupConfig>();

  /** The index of a config, made once. */
  static of(entities: EntitySet): UpstreamIndex {
    let index = UpstreamIndex.#known.get(entities);
    if (index === undefined) {
      index = new UpstreamIndex(entities);
      UpstreamIndex.#known.set(entities, index);
    }
    return index;
  }

  private constructor({ upstreams, targets, certificates }: EntitySet) {
    const lists = new Map<string, Target[]>(upstreams.map(({ id }) => [id, []]));
    for (const target of targets) lists.get(target.upstream.id)?.push(target);
    for (const upstream of upstreams) {
      const certificate = certificates.find(({ id }) => id === upstream.client_certificate?.id);
      this.#configs.set(upstream.name, upstreamConfig(upstream, lists.get(upstream.id) ?? [], certificate?.cert));
    }
  }

  /** `null` when no upstream has this name. */
  get(name: string): GroupConfig | null {
    return this.#configs.get(name) ?? null;
  }

  all(): Iterable<GroupConfig> {
    return this.#configs.values();
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

function groupTarget({ id, target, weight }: Target): GroupTarget {
  const colon = target.lastIndexOf(':');
  const host = target.slice(0, colon).replace(/^\[|\]$/g, '');
  return { id, host, port: Number(target.slice(colon + 1)), weight };
}
