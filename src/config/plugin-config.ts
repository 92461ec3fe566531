import type { JsonObject, JsonSchema, JsonValue } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import type { CheckLookups, PluginDescription, PluginFinding } from '../pdk/plugin.ts';
import type { ConfigDocument } from './document.ts';
import { type Draft, listOf, textOf, textsOf } from './draft.ts';
import type { Findings } from './findings.ts';
import { topLevel } from './format.ts';
import { fillDefaults } from './plugin-defaults.ts';
import { reportWhatDeckRefuses } from './plugin-deck.ts';
import { moveOldFields } from './plugin-deprecations.ts';
import { GivenConfig } from './plugin-given.ts';
import { checkKnownPlugin } from './plugin-known.ts';
import { isProtocol, type PluginFacts, pluginFacts } from './plugin-schemas.ts';
import { viewOfConfig } from './plugin-view.ts';
import { explainSchemaErrors } from './schema-errors.ts';
import { configValidator, kongPlugins } from './schema-files.ts';

/** Checks the plugins of a config, each against its own definition, or against what is known of Kong's. */
export class PluginChecker {
  readonly #catalog: PluginCatalog;
  readonly #documents: readonly ConfigDocument[];
  readonly #findings: Findings;
  readonly #configs = new Map<Draft, JsonObject>();
  /** Plugins that the caller allows or the files declare, with the plugin of Kong that each is a clone of. */
  readonly #declared: ReadonlyMap<string, string | null>;
  /** Schemas of the plugins that gw runs or that were met. */
  readonly #schemas = new Set<JsonSchema>();

  readonly #lookups: CheckLookups | undefined;

  constructor(
    catalog: PluginCatalog,
    documents: readonly ConfigDocument[],
    findings: Findings,
    allowed: readonly string[] = [],
    lookups?: CheckLookups,
  ) {
    this.#lookups = lookups;
    this.#catalog = catalog;
    for (const name of catalog.names()) this.#schemas.add(catalog.get(name)?.schema ?? {});
    this.#documents = documents;
    this.#findings = findings;
    this.#declared = new Map([...allowed.map((name) => [name, null] as const), ...declaredIn(documents)]);
  }

  /** The config of a checked plugin with its defaults, and old fields at their new places. */
  configOf(draft: Draft): JsonObject {
    const config = this.#configs.get(draft) ?? {};
    if (this.definitionOf(draft) !== null) return config;
    const facts = this.#factsOf(textOf(draft.fields.name) ?? '');
    return facts === null ? config : fillDefaults(facts.schema, moveOldFields(facts.schema, config));
  }

  /** The definition a plugin runs with, if gw has it. */
  definitionOf(draft: Draft): PluginDescription | null {
    const name = textOf(draft.fields.name);
    return name === null ? null : (this.#catalog.get(name) ?? null);
  }

  /** The protocols a plugin runs with when it does not say; `null` for one that nobody knows. */
  protocolsOf(draft: Draft): readonly string[] | null {
    const facts = this.#factsOf(textOf(draft.fields.name) ?? '');
    return this.definitionOf(draft)?.protocols ?? facts?.defaultProtocols ?? null;
  }

  /** Schemas of the plugins gw runs and of those checked so far: they say what is secret. */
  get schemas(): Iterable<JsonSchema> {
    return this.#schemas;
  }

  check(draft: Draft): void {
    const config = new GivenConfig(draft, this.#documents);
    if (config.missingBase !== null) this.#reportMissingBase(draft, config.missingBase);
    this.#configs.set(draft, config.value);
    const name = textOf(draft.fields.name);
    if (name === null) return;
    const definition = this.#catalog.get(name);
    const facts = this.#factsOf(name);
    if (facts !== null) {
      this.#schemas.add(facts.schema);
      this.#checkScope(draft, name, facts);
    }
    this.#checkProtocols(draft, name, definition?.protocols ?? facts?.protocols ?? null);
    if (definition === undefined) this.#reportNotRun(draft, name, facts);
    // The schema of the file has complained about a config that is no map.
    if (!config.isMap || config.missingBase !== null) return;
    if (definition !== undefined && (definition.check !== undefined || facts === null)) {
      this.#checkConfig(draft, config, definition);
    } else if (facts !== null) {
      checkKnownPlugin(draft, config, facts, this.#findings);
      reportWhatDeckRefuses(draft, config, this.#documents, this.#findings);
      if (definition !== undefined) this.#configs.set(draft, completeConfig(facts.schema, config.value));
    }
  }

  #factsOf(name: string): PluginFacts | null {
    return pluginFacts(this.#declared.get(name) ?? name);
  }

  #reportNotRun(draft: Draft, name: string, facts: PluginFacts | null): void {
    const path = [...draft.path, 'name'];
    if (facts !== null || this.#declared.has(name)) {
      const checked = facts === null ? ' is not checked' : ' is checked all the same';
      const message = `plugin "${name}" has no effect: gw does not run it yet (its config${checked})`;
      this.#findings.add('plugin/not-run', draft.document, path, message);
      return;
    }
    const meant = nearest(name, [...this.#catalog.names(), ...kongPlugins().keys()]);
    const hint = meant === null ? 'for a plugin of your own: --allow-plugin' : `did you mean "${meant}"?`;
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

  #checkProtocols(draft: Draft, name: string, known: readonly string[] | null): void {
    if (known === null) return;
    for (const [index, protocol] of textsOf(draft.fields.protocols)) {
      if (known.includes(protocol) || !isProtocol(protocol)) continue;
      const message = `plugin "${name}" does not run with protocol ${protocol}`;
      const hint = `it runs with ${known.join(', ')}`;
      this.#findings.add('plugin/protocols', draft.document, [...draft.path, 'protocols', index], message, { hint });
    }
  }

  /** Kong lets the nested form pass; there the author has said so by position. */
  #checkScope(draft: Draft, name: string, { scopes }: PluginFacts): void {
    for (const scope of ['service', 'route', 'consumer', 'consumer_group'] as const) {
      if (scopes.has(scope) || (draft.fields[scope] ?? null) === null) continue;
      const why = scope === 'consumer' ? ': it runs before the consumer is known' : '';
      const message = `plugin "${name}" cannot be attached to a ${scope.replace('_', ' ')}${why}`;
      const code = scope === 'consumer' ? 'plugin/consumer' : 'plugin/scope';
      this.#findings.add(code, draft.document, [...draft.path, scope], message, { at: 'key' });
    }
  }

  #checkConfig(draft: Draft, config: GivenConfig, definition: PluginDescription): void {
    const filled = structuredClone(config.value) as Record<string, JsonValue>;
    const validate = configValidator(definition.schema);
    const isValid = validate(filled);
    this.#configs.set(draft, filled);
    if (isValid) {
      const report = ({ path, code, severity, message, hint }: PluginFinding): void => {
        const place = config.placeOf(path);
        this.#findings.add(code, place.document, place.path, message, { severity, hint: hint ?? null });
      };
      definition.check?.(filled, config.value, report, this.#lookups);
      return;
    }
    const view = viewOfConfig(config, definition.schema);
    for (const finding of explainSchemaErrors(validate.errors ?? [], view, 'config')) {
      const { rule, path, part, message, hint } = finding;
      const place = config.placeOf(path);
      this.#findings.add(`plugin/${rule}`, place.document, place.path, message, { at: part, hint });
    }
  }
}

/** The config in today's fields, with its defaults. */
function completeConfig(schema: JsonSchema, given: JsonObject): JsonObject {
  return fillDefaults(schema, moveOldFields(schema, given));
}

/** Plugins that files bring along. */
function declaredIn(documents: readonly ConfigDocument[]): readonly (readonly [string, string | null])[] {
  return documents.flatMap(({ value }) =>
    ['custom_plugins', 'cloned_plugins'].flatMap((key) =>
      listOf(topLevel(value)[key]).flatMap((entry) => {
        const { name, ref } = topLevel(entry);
        const known = textOf(name);
        return known === null ? [] : [[known, textOf(ref)] as const];
      }),
    ),
  );
}
