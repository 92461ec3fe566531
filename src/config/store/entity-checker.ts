import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { RouterFlavor } from '../../router/router.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { inspectEntity } from '../inspect-entity.ts';
import type { EntityView, Row } from './entity-view.ts';
import { configSchemaFor, fullSchema } from './full-schema.ts';
import { kongWords, schemaAt, valueAt } from './kong-words.ts';
import type { PlacedMessage } from './nested-messages.ts';
import { schemaProblem } from './problems.ts';
import { withoutDefaults } from './without-defaults.ts';

/** What entities are checked against. */
export interface EntityCheckerOptions {
  readonly catalog: PluginCatalog;
  /** See `LoadOptions.allowPlugins`. */
  readonly allowPlugins: readonly string[];
  /** See `LoadOptions.routerFlavor`. */
  readonly routerFlavor: RouterFlavor | null;
  /** Milliseconds. */
  now(): number;
  /** Told of what a file would be warned of. */
  warn(kind: EntityKind, warning: Diagnostic): void;
}

/** Checks entities that come one by one by the rules for files, and says what is wrong with them in Kong's words. */
export class EntityChecker {
  readonly #options: EntityCheckerOptions;

  constructor(options: EntityCheckerOptions) {
    this.#options = options;
  }

  /**
   * The entity with everything filled in that it leaves out.
   * @param fields with an id, and with references that lead somewhere
   * @throws {EntityProblem} code 2
   */
  check(kind: EntityKind, fields: JsonObject, around: EntityView): Row {
    const { catalog, allowPlugins, routerFlavor } = this.#options;
    const unknown = Object.keys(fields).filter((field) => isOnlyInFiles(kind, field));
    if (unknown.length > 0) throw schemaProblem(unknown.map((field) => ({ path: [field], message: 'unknown field' })));
    const { entity, diagnostics } = inspectEntity(kind, this.#chosen(kind, fields), {
      ...{ catalog, routerFlavor, now: this.#options.now() },
      allowPlugins: kind === 'plugins' ? [...allowPlugins, ...declaredPlugins(around)] : allowPlugins,
      lookups: {
        consumer: (text) => (around.named('consumers', text) ?? around.get('consumers', text)) !== null,
        certificate: (id) => around.get('certificates', id) !== null,
        caCertificate: (id) => around.get('ca_certificates', id) !== null,
        isPartial: false,
      },
    });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0 || entity === null) throw schemaProblem(this.#explain(kind, fields, errors));
    for (const diagnostic of diagnostics) this.#options.warn(kind, diagnostic);
    return entity as Row;
  }

  /** A config without what is the default anyway: see `withoutDefaults`. */
  #chosen(kind: EntityKind, fields: JsonObject): JsonObject {
    if (kind !== 'plugins') return fields;
    const { config, ...rest } = fields;
    // Kong takes a config that is `null` for one that is not there.
    if (config === undefined || config === null) return rest;
    const schema = configSchemaFor(kind, fields, this.#options.catalog);
    return isJsonObject(config) && schema !== null ? { ...fields, config: withoutDefaults(config, schema) } : fields;
  }

  #explain(kind: EntityKind, fields: JsonObject, errors: readonly Diagnostic[]): readonly PlacedMessage[] {
    const schema = fullSchema(kind, fields, this.#options.catalog);
    const seen = new Set<string>();
    return errors.flatMap(({ code, path, message }) => {
      const text =
        knownWords(code, path, fields) ?? wordsFor(code, schema, path, fields) ?? withoutLabel(path, message);
      const key = JSON.stringify([path, text]);
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ path, message: text }];
    });
  }
}

/** Lists of nested entities, and keys that are about the file. */
function isOnlyInFiles(kind: EntityKind, field: string): boolean {
  return field.startsWith('_') || entityKinds[kind].children.some(({ key }) => key === field);
}

function declaredPlugins(around: EntityView): readonly string[] {
  return (['custom_plugins', 'cloned_plugins'] as const).flatMap((kind) =>
    around.all(kind).flatMap(({ name }) => (typeof name === 'string' ? [name] : [])),
  );
}

/** Findings of ours for which Kong has other words. */
function knownWords(code: string, path: JsonPath, fields: JsonObject): string | null {
  switch (code) {
    case 'service/no-host':
    case 'reference/missing':
      return 'required field missing';
    case 'consumer/nameless':
      return "at least one of these fields must be non-empty: 'custom_id', 'username'";
    case 'plugin/unknown':
      return `plugin '${textOf(fields.name)}' not enabled; add it to the 'plugins' configuration property`;
    case 'service/path':
    case 'route/path':
      return textOf(valueAt(fields, path)).startsWith('/') ? null : 'should start with: /';
    default:
      return null;
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** What schemas find is called `schema/…` and `plugin/…`. */
function wordsFor(code: string, schema: JsonObject, path: JsonPath, fields: JsonObject): string | null {
  const [area = '', rule = ''] = code.split('/');
  return area === 'schema' || area === 'plugin'
    ? kongWords(rule, schemaAt(schema, path), valueAt(fields, path), path)
    : null;
}

/** A message of ours without the name of the field that it begins with: the field stands before it anyway. */
function withoutLabel(path: JsonPath, message: string): string {
  const at = path.findLastIndex((step) => typeof step === 'string');
  const indexes = path.slice(at + 1).map((step) => `[${step}]`);
  const label = `"${path[at] ?? ''}${indexes.join('')}" `;
  return message.startsWith(label) ? message.slice(label.length) : message;
}
