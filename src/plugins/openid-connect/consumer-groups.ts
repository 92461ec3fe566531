import type { ConsumerGroup } from '../../entities/consumer-group.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { JsonObject } from '../../lib/json.ts';
import { claimValues, findClaim } from './claims.ts';
import type { OpenidConnectConfig } from './config.ts';

/** The groups a token names: `null` when nothing is to be bound, `unknown` when a group is required and there is none. */
export type GroupMatch = readonly ConsumerGroup[] | null | 'unknown';

/** Finds the consumer groups that a claim names, among those of one snapshot. They need no consumer. */
export class ConsumerGroupMapping {
  readonly #path: readonly string[] | null;
  readonly #optional: boolean;
  readonly #byName: ReadonlyMap<string, ConsumerGroup>;

  constructor(config: OpenidConnectConfig, entities: EntitySet) {
    const path = config.consumer_groups_claim ?? [];
    this.#path = path.length === 0 ? null : path;
    this.#optional = config.consumer_groups_optional ?? false;
    const groups = this.#path === null ? [] : entities.consumer_groups;
    this.#byName = new Map(groups.map((group) => [group.name, group]));
  }

  /** The groups in the order of the claim; names that no group has count for nothing. */
  match(sources: readonly JsonObject[]): GroupMatch {
    if (this.#path === null) return null;
    const names = new Set(claimValues(findClaim(sources, this.#path)));
    const groups = [...names].map((name) => this.#byName.get(name)).filter((group) => group !== undefined);
    if (groups.length > 0) return groups;
    return this.#optional ? null : 'unknown';
  }
}
