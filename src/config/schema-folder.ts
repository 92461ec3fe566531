import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '../lib/json.ts';
import { packageRoot } from '../lib/package-info.ts';
import type { EditorSchemaParts } from './editor-schema.ts';

const ending = '.schema.json';
const folder = join(packageRoot, 'schemas');

/** Not about entities of a config file. */
const others = new Set(['file', 'kong', 'findings', 'test']);

/** Every schema of the package, for putting them together; a check loads only those it needs. */
export function readSchemaFolder(): EditorSchemaParts {
  const entities = Object.entries(readSchemas(folder)).filter(([name]) => !others.has(name));
  return {
    file: readSchema(join(folder, `file${ending}`)),
    entities: Object.fromEntries(entities),
    plugins: readSchemas(join(folder, 'plugins')),
    partials: readSchemas(join(folder, 'partials')),
    vaults: readSchemas(join(folder, 'vaults')),
  };
}

function readSchemas(path: string): Readonly<Record<string, JsonSchema>> {
  const files = readdirSync(path)
    .filter((file) => file.endsWith(ending))
    .sort();
  return Object.fromEntries(files.map((file) => [file.slice(0, -ending.length), readSchema(join(path, file))]));
}

function readSchema(path: string): JsonSchema {
  return JSON.parse(readFileSync(path, 'utf8')) as JsonSchema;
}
