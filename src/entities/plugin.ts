import type { JsonObject } from '../lib/json.ts';
import type { EntityRef } from './entity.ts';

/** A partial that brings a part of a plugin's config. */
export interface PartialLink {
  /** Of the partial. */
  readonly id: string;
  /** The place in the config: `config.redis`; `null` when neither the link nor the plugin says which. */
  readonly path: string | null;
}

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
  /** Partials that bring parts of the config; they are not in {@link config}. No plugin that gw runs takes any. */
  readonly partials?: readonly PartialLink[];
  /** Plugins that it is to run before or after. gw goes by their priorities alone. */
  readonly ordering?: JsonObject;
  /** An expression that says which requests it is for. gw runs it for all. */
  readonly condition?: string;
  readonly created_at: number;
  readonly updated_at: number;
}
