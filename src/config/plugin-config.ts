import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import type { PluginDefinition } from '../pdk/plugin.ts';
import type { ConfigDocument } from './document.ts';
import { type Draft, listOf, textOf, textsOf } from './draft.ts';
import type { Findings } from './findings.ts';
import { mergeOver, topLevel } from './format.ts';
import { explainSchemaErrors } from './schema-errors.ts';
import { configValidator, kongPlugins } from './schema-files.ts';
import { secretProperties } from './secrets.ts';

/** Plugins that identify consumers, or come before them: Kong refuses to attach them to one. */
const notPerConsumer = new Set([
  ...['acl', 'acme', 'basic-auth', 'bot-detection', 'cors', 'hmac-auth', 'jwt', 'key-auth', 'ldap-auth', 'oauth2'],
  ...['session', 'standard-webhooks'],
]);

/** Checks the plugins of a config, each against its own definition. */
export class PluginChecker {
  readonly #catalog: PluginCatalog;
  readonly #documents: readonly ConfigDocument[];
  readonly #findings: Findings;
  readonly #configs = new Map<Draft, JsonObject>();
  /** Plugins that the caller allows or the files themselves declare (`custom_plugins`, `cloned_plugins`). */
  readonly #declared: ReadonlySet<string>;

  constructor(
    catalog: PluginCatalog,
    documents: readonly ConfigDocument[],
    findings: Findings,
    allowed: readonly string[] = [],
  ) {
    this.#catalog = catalog;
    this.#documents = documents;
    this.#findings = findings;
    const lists = documents.flatMap(({ value }) =>
      ['custom_plugins', 'cloned_plugins'].map((key) => topLevel(value)[key]),
    );
    const names = lists.flatMap((list) => listOf(list).map((entry) => textOf(topLevel(entry).name)));
    this.#declared = new Set([...allowed, ...names.filter((name) => name !== null)]);
  }

  /** The config of a checked plugin with its defaults. */
  configOf(draft: Draft): JsonObject {
    return this.#configs.get(draft) ?? {};
  }

  /** The definition a plugin runs with, if gw has it. */
  definitionOf(draft: Draft): PluginDefinition | null {
    const name = textOf(draft.fields.name);
    return name === null ? null : (this.#catalog.get(name) ?? null);
  }

  check(draft: Draft): void {
    const config = new GivenConfig(draft, this.#documents);
    if (config.missingBase !== null) this.#reportMissingBase(draft, config.missingBase);
    this.#configs.set(draft, config.value);
    const name = textOf(draft.fields.name);
    if (name === null) return;
    const definition = this.#catalog.get(name);
    if (definition === undefined) this.#reportUnknown(draft, name);
    else {
      this.#checkProtocols(draft, definition);
      this.#checkConfig(draft, config, definition);
    }
    this.#checkConsumer(draft, name);
  }

  #reportUnknown(draft: Draft, name: string): void {
    const path = [...draft.path, 'name'];
    if (kongPlugins().has(name) || this.#declared.has(name)) {
      const message = `plugin "${name}" has no effect: gw does not run it yet, and its config is not checked`;
      this.#findings.add('plugin/not-run', draft.document, path, message);
      return;
    }
    const meant = nearest(name, [...this.#catalog.names(), ...kongPlugins().keys()]);
    const hint = meant === null ? 'gw runs: ' + this.#catalog.names().join(', ') : `did you mean "${meant}"?`;
    this.#findings.add('plugin/unknown', draft.document, path, `there is no plugin "${name}"`, { hint });
  }

  #reportMissingBase(draft: Draft, base: string): void {
    const known = this.#documents.flatMap(({ value }) =>
      Object.keys(topLevel(topLevel(value)._plugin_configs ?? null)),
    );
    const meant = nearest(base, known);
    const hint = meant === null ? null : `did you mean "${meant}"?`;
    const message = `there is no "${base}" in "_plugin_configs"`;
    this.#findings.add('reference/plugin-config', draft.document, [...draft.path, '_config'], message, { hint });
  }

  #checkProtocols(draft: Draft, definition: PluginDefinition): void {
    for (const [index, protocol] of textsOf(draft.fields.protocols)) {
      if (definition.protocols.includes(protocol)) continue;
      const message = `plugin "${definition.name}" does not run with protocol ${protocol}`;
      const hint = `it runs with ${definition.protocols.join(', ')}`;
      this.#findings.add('plugin/protocols', draft.document, [...draft.path, 'protocols', index], message, { hint });
    }
  }

  #checkConsumer(draft: Draft, name: string): void {
    // Kong lets the nested form pass; there the author has said so by position.
    if (!notPerConsumer.has(name) || (draft.fields.consumer ?? null) === null) return;
    const message = `plugin "${name}" cannot be attached to a consumer: it runs before the consumer is known`;
    this.#findings.add('plugin/consumer', draft.document, [...draft.path, 'consumer'], message, { at: 'key' });
  }

  #checkConfig(draft: Draft, config: GivenConfig, definition: PluginDefinition): void {
    const filled = structuredClone(config.value) as Record<string, JsonValue>;
    // The schema of the file has complained about a config that is no map.
    if (!config.isMap) return;
    const validate = configValidator(definition.schema);
    const isValid = validate(filled);
    this.#configs.set(draft, filled);
    if (isValid) {
      definition.check?.(filled, config.value, ({ path, code, severity, message, hint }) => {
        const place = config.placeOf(path);
        this.#findings.add(code, place.document, place.path, message, { severity, hint: hint ?? null });
      });
      return;
    }
    const secrets = secretProperties(definition.schema);
    const mayShow = (path: JsonPath): boolean => {
      const place = config.placeOf(path);
      const isSecret = path.some((step) => secrets.has(String(step)));
      return !isSecret && !place.document.isFromEnv(place.path);
    };
    const written = (path: JsonPath): string | null => {
      const place = config.placeOf(path);
      return place.document.written(place.path);
    };
    for (const { rule, path, part, message, hint } of explainSchemaErrors(
      validate.errors ?? [],
      { mayShow, written },
      'config',
    )) {
      const place = config.placeOf(path);
      this.#findings.add(`plugin/${rule}`, place.document, place.path, message, { at: part, hint });
    }
  }
}

/** A plugin's config as its author wrote it: its own, over the named one of `_plugin_configs`. */
class GivenConfig {
  readonly value: JsonObject;
  /** Name that `_config` gives and `_plugin_configs` lacks. */
  readonly missingBase: string | null;
  readonly isMap: boolean;
  readonly #draft: Draft;
  readonly #own: JsonObject;
  readonly #base: { readonly document: ConfigDocument; readonly path: JsonPath } | null;

  constructor(draft: Draft, documents: readonly ConfigDocument[]) {
    this.#draft = draft;
    // An empty list is an empty map to Lua.
    const { config } = draft.fields;
    this.isMap = config === undefined || isJsonObject(config) || (Array.isArray(config) && config.length === 0);
    this.#own = topLevel(config ?? null);
    const name = textOf(draft.fields._config);
    const found = name === null ? null : findBase(name, [draft.document, ...documents]);
    this.missingBase = found === null ? name : null;
    this.#base = found;
    this.value = found === null ? this.#own : mergeOver(found.value, this.#own);
  }

  /** Where a value of the config is written; what is written nowhere belongs to the plugin itself. */
  placeOf(path: JsonPath): { readonly document: ConfigDocument; readonly path: JsonPath } {
    const [first] = path;
    if (this.#base !== null && first !== undefined && !has(this.#own, path) && has(valueAt(this.#base), path)) {
      return { document: this.#base.document, path: [...this.#base.path, ...path] };
    }
    return { document: this.#draft.document, path: [...this.#draft.path, 'config', ...path] };
  }
}

function findBase(
  name: string,
  documents: readonly ConfigDocument[],
): { readonly document: ConfigDocument; readonly path: JsonPath; readonly value: JsonObject } | null {
  for (const document of documents) {
    const value = topLevel(topLevel(document.value)._plugin_configs ?? null)[name];
    if (isJsonObject(value)) return { document, path: ['_plugin_configs', name], value };
  }
  return null;
}

function valueAt({ document, path }: { readonly document: ConfigDocument; readonly path: JsonPath }): JsonValue {
  let value: JsonValue = document.value;
  for (const step of path) value = topLevel(value)[step] ?? null;
  return value;
}

function has(root: JsonValue, path: JsonPath): boolean {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as JsonObject)[step];
  }
  return true;
}
