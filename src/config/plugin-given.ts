import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../lib/json.ts';
import type { ConfigDocument } from './document.ts';
import { type Draft, textOf } from './draft.ts';
import { mergeOver, topLevel } from './format.ts';
import { entitySchema } from './schema-files.ts';

/** Where a value stands in the files. */
export interface Place {
  readonly document: ConfigDocument;
  readonly path: JsonPath;
}

/** A plugin's config as its author wrote it: its own, over the named one of `_plugin_configs`. */
export class GivenConfig {
  readonly value: JsonObject;
  /** Name that `_config` gives and `_plugin_configs` lacks. */
  readonly missingBase: string | null;
  /** False when what is there is no map, or seems to stand elsewhere: nothing can be said about it then. */
  readonly isMap: boolean;
  readonly #draft: Draft;
  readonly #own: JsonObject;
  readonly #base: (Place & { readonly value: JsonObject }) | null;

  constructor(draft: Draft, documents: readonly ConfigDocument[]) {
    this.#draft = draft;
    const { config, _config: base = null } = draft.fields;
    const isAbsent = config === undefined && !hasStrayMap(draft.given);
    // An empty list is an empty map to Lua.
    const isOwnMap = isAbsent || isJsonObject(config) || (Array.isArray(config) && config.length === 0);
    this.isMap = isOwnMap && (base === null || textOf(base) !== null);
    this.#own = topLevel(config ?? null);
    const name = textOf(base);
    const found = name === null ? null : findBase(name, [draft.document, ...documents]);
    this.missingBase = found === null ? name : null;
    this.#base = found;
    this.value = found === null ? this.#own : mergeOver(found.value, this.#own);
  }

  /** Where a value of the config is written; what is written nowhere belongs to the plugin itself. */
  placeOf(path: JsonPath): Place {
    const [first] = path;
    if (this.#base !== null && first !== undefined && !has(this.#own, path) && has(this.#base.value, path)) {
      return { document: this.#base.document, path: [...this.#base.path, ...path] };
    }
    return { document: this.#draft.document, path: [...this.#draft.path, 'config', ...path] };
  }
}

/** Whether a plugin has a map under a key that plugins do not have. */
function hasStrayMap(plugin: JsonObject): boolean {
  const { properties } = entitySchema('plugins');
  const known = isJsonObject(properties) ? properties : {};
  return Object.entries(plugin).some(([key, value]) => isJsonObject(value) && !Object.hasOwn(known, key));
}

function findBase(name: string, documents: readonly ConfigDocument[]): (Place & { readonly value: JsonObject }) | null {
  for (const document of documents) {
    const value = topLevel(topLevel(document.value)._plugin_configs ?? null)[name];
    if (isJsonObject(value)) return { document, path: ['_plugin_configs', name], value };
  }
  return null;
}

function has(root: JsonValue, path: JsonPath): boolean {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as JsonObject)[step];
  }
  return true;
}
