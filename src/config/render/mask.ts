import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { ConfigDocument } from '../document.ts';
import { textOf } from '../draft.ts';
import { pluginFacts } from '../plugin-schemas.ts';
import { isSecretName, secretProperties } from '../secrets.ts';
import type { EffectiveEntity } from './effective-entity.ts';

/** What stands in place of a secret. */
export const MASK = '•••';

const vaultReference = /^\{vault:\/\/.*\}$/s;

/** Hides the values of secret fields. References to a vault or the environment are no secrets and stay. */
export class SecretMask {
  readonly #catalog: PluginCatalog;
  readonly #marked = new Map<string, ReadonlySet<string>>();

  constructor(catalog: PluginCatalog) {
    this.#catalog = catalog;
  }

  /** The fields of an entity as they may be shown. */
  fieldsOf({ draft, fields }: EffectiveEntity): JsonObject {
    const marked = draft.kind === 'plugins' ? this.#markedIn(textOf(fields.name) ?? '') : new Set<string>();
    return maskRecord(fields, draft.path, { document: draft.document, marked });
  }

  #markedIn(plugin: string): ReadonlySet<string> {
    let marked = this.#marked.get(plugin);
    if (marked === undefined) {
      marked = secretProperties(this.#catalog.get(plugin)?.schema ?? pluginFacts(plugin)?.schema ?? {});
      this.#marked.set(plugin, marked);
    }
    return marked;
  }
}

interface MaskContext {
  readonly document: ConfigDocument;
  /** Names that the schema of the plugin marks. */
  readonly marked: ReadonlySet<string>;
}

function maskRecord(record: JsonObject, path: JsonPath, context: MaskContext): JsonObject {
  const entries = Object.entries(record).map(([key, value]) => {
    const isSecret = isSecretName(key) || context.marked.has(key);
    return [key, maskValue(value, [...path, key], isSecret, context)] as const;
  });
  return Object.fromEntries(entries);
}

function maskValue(value: JsonValue, path: JsonPath, isSecret: boolean, context: MaskContext): JsonValue {
  if (Array.isArray(value)) {
    const list = value as readonly JsonValue[];
    return list.map((item, index) => maskValue(item, [...path, index], isSecret, context));
  }
  if (isJsonObject(value)) return maskRecord(value, path, context);
  if (!isSecret || value === null || value === '' || typeof value === 'boolean') return value;
  if (typeof value === 'string' && vaultReference.test(value)) return value;
  return context.document.isFromEnv(path) ? templateAt(context.document, path) : MASK;
}

/** The template as written, when it is the whole value. */
function templateAt(document: ConfigDocument, path: JsonPath): string {
  const written =
    document
      .written(path)
      ?.trim()
      .replace(/^(["'])(.*)\1$/s, '$2') ?? '';
  return /^\$\{\{[^}]*\}\}$/.test(written) ? written.replaceAll('\\"', '"') : MASK;
}
