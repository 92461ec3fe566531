import { configSchema } from '../config/config-schemas.ts';
import { fillDefaults } from '../config/plugin-defaults.ts';
import { moveOldFields } from '../config/plugin-deprecations.ts';
import { entitySchema } from '../config/schema-files.ts';
import { secretProperties } from '../config/secrets.ts';
import type { EntityKind, RunKind } from '../entities/kinds.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../lib/json.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import { fieldIndex, type KongSchema } from './kong-schema/kong-field.ts';
import { kongPartialSchema, kongPluginSchema, kongSchema, pluginConfigSchema } from './kong-schema/kong-schema.ts';
import { withoutLentParts } from './lent-parts.ts';
import { presentRecord, presentValue, presentWithoutOld } from './present-fields.ts';
import { redactByName, redactBySchema } from './redact.ts';

/** An entity of any collection that gw runs. */
export type AnyEntity = EntitySet[RunKind][number];

/** Where a file has a template in place of a value, and its text. */
export interface ValueOrigin {
  readonly path: JsonPath;
  readonly text: string;
}

/**
 * Shows entities in Kong's form: exactly the fields of the schema that is served, `null` when unset, references as
 * `{"id": …}`. Secrets are shown to those who can write them, since clients such as decK compare what they read with
 * what they would write; vault references are no secrets, and templates of a file are shown in place of their values.
 */
export class Presenter {
  readonly #catalog: PluginCatalog;
  readonly #originsOf: (row: object) => readonly ValueOrigin[];

  /** @param originsOf the templates that the fields of an entity come from; default none */
  constructor(catalog: PluginCatalog, originsOf: (row: object) => readonly ValueOrigin[] = () => []) {
    this.#catalog = catalog;
    this.#originsOf = originsOf;
  }

  /** One entity of a kind. */
  present(kind: EntityKind, entity: AnyEntity | JsonObject, showsSecrets = false): JsonObject {
    const given = entity as unknown as JsonObject;
    const row = showsSecrets || !holdsSecrets(kind) ? given : redactBySchema(given, entitySchema(kind));
    const { fields, extras } = kongSchema(kind);
    const shown: Record<string, JsonValue> = {};
    for (const [name, field] of fieldIndex(fields)) {
      const value = row[name] ?? null;
      if (name === 'config' && isJsonObject(value)) shown[name] = this.#presentConfig(kind, row, value, showsSecrets);
      else shown[name] = presentValue(value, field);
    }
    for (const name of fieldIndex(extras).keys()) {
      const value = row[name] ?? null;
      if (value !== null) shown[name] = value;
    }
    for (const { path, text } of this.#originsOf(entity)) replaceAt(shown, path, text);
    return shown;
  }

  #presentConfig(kind: EntityKind, row: JsonObject, config: JsonObject, showsSecrets: boolean): JsonObject {
    const schema = this.#configSchema(kind, row);
    if (schema === null) return showsSecrets ? config : redactByName(config);
    // What a vault is told is sent back as it was told: clients know no defaults of vaults.
    const complete = kind === 'vaults' ? config : fillDefaults(schema, moveOldFields(schema, config));
    const allowed = showsSecrets ? complete : redactBySchema(complete, schema);
    const known = fieldIndex(this.#kongSchema(kind, row)?.fields).get('config');
    const { config: own, field } = withoutLentParts(row, { config: allowed, field: known });
    if (field === undefined) return own;
    // decK does not overlook fields of older versions in partials, as it does in plugins.
    return kind === 'partials' ? presentWithoutOld(own, field) : presentRecord(own, field);
  }

  #kongSchema(kind: EntityKind, { name, type }: JsonObject): KongSchema | null {
    if (kind === 'plugins') return typeof name === 'string' ? kongPluginSchema(name, this.#catalog) : null;
    return kind === 'partials' && typeof type === 'string' ? kongPartialSchema(type) : null;
  }

  #configSchema(kind: EntityKind, { name, type }: JsonObject): JsonSchema | null {
    if (kind === 'plugins') return typeof name === 'string' ? pluginConfigSchema(name, this.#catalog) : null;
    if (kind === 'vaults') return typeof name === 'string' ? (configSchema('vaults', name)?.schema ?? null) : null;
    return kind === 'partials' && typeof type === 'string' ? (configSchema('partials', type)?.schema ?? null) : null;
  }
}

const kindsWithSecrets = new Map<EntityKind, boolean>();

/** Whether fields of a kind are secret, besides those of a config. */
function holdsSecrets(kind: EntityKind): boolean {
  let holds = kindsWithSecrets.get(kind);
  if (holds === undefined) {
    holds = secretProperties(entitySchema(kind)).size > 0;
    kindsWithSecrets.set(kind, holds);
  }
  return holds;
}

/** Puts a text where there is a value; nothing where there is none. */
function replaceAt(shown: Record<string, JsonValue>, path: JsonPath, text: string): void {
  let node: unknown = shown;
  for (const step of path.slice(0, -1)) node = copyMember(node, step);
  const last = path.at(-1);
  if (last === undefined || !isContainer(node) || !Object.hasOwn(node, last)) return;
  node[last] = text;
}

/** The member of a node, as a copy of its own in that node: entities are shared. */
function copyMember(node: unknown, step: string | number): unknown {
  if (!isContainer(node) || !Object.hasOwn(node, step)) return null;
  const member = node[step];
  const copy = Array.isArray(member)
    ? [...(member as readonly unknown[])]
    : isJsonObject(member)
      ? { ...member }
      : null;
  if (copy !== null) node[step] = copy;
  return copy;
}

function isContainer(node: unknown): node is Record<string | number, unknown> {
  return typeof node === 'object' && node !== null;
}
