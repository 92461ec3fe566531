import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { partialSchemas } from './partial-schema.ts';
import { pluginSchema, writtenPlugins } from './plugin-schema.ts';
import { hasReference, readPriorities } from './reference.ts';

/** Writes `schemas/plugins/`, `schemas/partials/` and `schemas/kong-plugins.json` from the published data, and formats them. */
function writeAll(): void {
  const folder = join(packageRoot, 'schemas/plugins');
  mkdirSync(folder, { recursive: true });
  for (const name of writtenPlugins()) write(join(folder, `${name}.schema.json`), pluginSchema(name));
  const partials = join(packageRoot, 'schemas/partials');
  mkdirSync(partials, { recursive: true });
  for (const [type, schema] of Object.entries(partialSchemas())) write(join(partials, `${type}.schema.json`), schema);
  const priorities = Object.entries(readPriorities()).sort(([a], [b]) => (a < b ? -1 : 1));
  write(join(packageRoot, 'schemas/kong-plugins.json'), {
    description:
      'Plugins of Kong Gateway by name, with their priorities (higher runs first). gw runs some of them; the config of the others is checked.',
    priorities: Object.fromEntries(priorities),
  });
  spawnSync('npx', ['biome', 'format', '--write', 'schemas/plugins', 'schemas/partials', 'schemas/kong-plugins.json'], {
    cwd: packageRoot,
    stdio: 'inherit',
  });
}

function write(path: string, value: JsonObject): void {
  writeFileSync(path, `${print(value, '')}\n`);
}

const LINE_WIDTH = 118;

/** JSON with everything on one line that fits there. */
function print(value: JsonValue, indent: string): string {
  const line = oneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= LINE_WIDTH) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const entries = (value as readonly JsonValue[]).map((entry) => `${inner}${print(entry, inner)}`);
    return `[\n${entries.join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(([key, entry]) => `${inner}"${key}": ${print(entry, inner)}`);
  return `{\n${members.join(',\n')}\n${indent}}`;
}

function oneLine(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, entry]) => `"${key}": ${oneLine(entry)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

if (hasReference()) writeAll();
else console.error('the published plugin data ../shared/kong-reference is not here');
