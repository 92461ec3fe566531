import type { JsonObject } from '../lib/json.ts';
import type { EntityRef } from './entity.ts';

/** A configured plugin: what to run, with which config, for which scope. No reference at all means global. */
export interface Plugin {
  readonly id: string;
  readonly name: string;
  readonly instance_name: string | null;
  readonly enabled: boolean;
  readonly protocols: readonly string[];
  /** With the plugin's defaults filled in; as written for plugins whose schema gw does not hold yet. */
  readonly config: JsonObject;
  readonly service: EntityRef | null;
  readonly route: EntityRef | null;
  readonly consumer: EntityRef | null;
  readonly consumer_group: EntityRef | null;
  readonly tags: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}
