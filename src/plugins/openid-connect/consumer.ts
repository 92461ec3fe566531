import type { Consumer } from '../../entities/consumer.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { JsonObject } from '../../lib/json.ts';
import { claimText, findClaim } from './claims.ts';
import type { ConsumerField, OpenidConnectConfig } from './config.ts';

/** Who a token belongs to: a consumer, nobody in particular, or nobody although somebody is required. */
export type ConsumerMatch = Consumer | null | 'unknown';

/** Finds consumers by claims of a token, among those of one snapshot. */
export class ConsumerMapping {
  readonly #paths: readonly (readonly string[])[];
  readonly #indexes: readonly ConsumerIndex[];
  readonly #foldsCase: boolean;
  readonly #optional: boolean;

  constructor(config: OpenidConnectConfig, entities: EntitySet) {
    const paths = [config.consumer_claims ?? [], [config.consumer_claim ?? []]].map(withoutEmpty);
    this.#paths = paths.find(({ length }) => length > 0) ?? [];
    this.#foldsCase = config.by_username_ignore_case ?? false;
    this.#optional = config.consumer_optional ?? false;
    const fields = this.#paths.length === 0 ? [] : (config.consumer_by ?? ['custom_id', 'username']);
    this.#indexes = fields.map((field) => this.#index(entities.consumers, field));
  }

  /** The consumer that the first claim that resolves stands for. */
  match(sources: readonly JsonObject[]): ConsumerMatch {
    if (this.#paths.length === 0) return null;
    for (const path of this.#paths) {
      const value = claimText(findClaim(sources, path));
      if (value !== null && value !== '') return this.#find(value) ?? (this.#optional ? null : 'unknown');
    }
    return this.#optional ? null : 'unknown';
  }

  #find(value: string): Consumer | undefined {
    for (const index of this.#indexes) {
      const consumer = index.exact.get(value) ?? index.folded.get(folded(value));
      if (consumer !== undefined) return consumer;
    }
    return undefined;
  }

  #index(consumers: readonly Consumer[], field: ConsumerField): ConsumerIndex {
    const index = { exact: new Map<string, Consumer>(), folded: new Map<string, Consumer>() };
    for (const consumer of consumers) {
      const value = consumer[field];
      if (value === null) continue;
      index.exact.set(value, consumer);
      if (!this.#foldsCase || field !== 'username' || index.folded.has(folded(value))) continue;
      index.folded.set(folded(value), consumer);
    }
    return index;
  }
}

/** Consumers by one of their fields. */
interface ConsumerIndex {
  readonly exact: ReadonlyMap<string, Consumer>;
  /** By username without regard to case; empty where case counts. */
  readonly folded: ReadonlyMap<string, Consumer>;
}

function withoutEmpty(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return paths.filter(({ length }) => length > 0);
}

/** Two letters that are not ASCII have lower-case forms that are; with them somebody could pass for `kate` as `\u212aate`. */
const foldsToAscii = /[\u0130\u212a]/;

function folded(name: string): string {
  return foldsToAscii.test(name) ? name : name.toLowerCase();
}

/** The consumer `anonymous` names by id or username; null when there is none. */
export function findAnonymous(anonymous: string, entities: EntitySet): Consumer | null {
  const { consumers } = entities;
  return consumers.find(({ id }) => id === anonymous) ?? consumers.find((one) => one.username === anonymous) ?? null;
}
