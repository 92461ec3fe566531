import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '../lib/json.ts';
import { packageRoot } from '../lib/package-info.ts';
import { type Draft, type DraftSet, textOf } from './draft.ts';

/** Entities whose config depends on one of their fields, with that field and its values that there is a schema for. */
const kinds = {
  partials: { field: 'type', names: ['redis-ce', 'redis-ee', 'vectordb', 'embeddings', 'model'] },
  vaults: { field: 'name', names: ['env', 'aws', 'azure', 'gcp', 'hcv', 'conjur', 'konnect'] },
} as const;

const loaded = new Map<string, JsonSchema>();

/** The schema of the config of a partial or a vault, with the annotations that those of plugins have. */
export interface ConfigSchema {
  /** What the config belongs to: `redis-ce`, `env`. */
  readonly name: string;
  readonly schema: JsonSchema;
}

/** The schema that the config of an entity is held to; `null` when nothing is known about it. */
export function configSchemaOf({ kind, fields }: Draft): ConfigSchema | null {
  if (kind !== 'partials' && kind !== 'vaults') return null;
  const name = textOf(fields[kinds[kind].field]);
  return name === null ? null : configSchema(kind, name);
}

/** The same by name. Schemas are read when first asked for. */
export function configSchema(kind: keyof typeof kinds, name: string): ConfigSchema | null {
  // The name comes from a config and becomes part of a file name: only known ones may.
  if (!(kinds[kind].names as readonly string[]).includes(name)) return null;
  const path = join(packageRoot, 'schemas', kind, `${name}.schema.json`);
  let schema = loaded.get(path);
  if (schema === undefined) {
    schema = JSON.parse(readFileSync(path, 'utf8')) as JsonSchema;
    loaded.set(path, schema);
  }
  return { name, schema };
}

/** Schemas of the partials and vaults in the files: they say what is secret. */
export function configSchemasIn(drafts: DraftSet): readonly JsonSchema[] {
  const all = [...drafts.partials, ...drafts.vaults].map((draft) => configSchemaOf(draft)?.schema ?? null);
  return [...new Set(all)].filter((schema) => schema !== null);
}
