import { isJsonObject, type JsonObject, type JsonPath } from '../../lib/json.ts';
import { listOf, textOf, textsOf } from '../draft.ts';
import { topLevel } from '../format.ts';
import { migratePath } from '../path-form.ts';
import type { ConversionNotes } from './conversion-notes.ts';
import { EditableText } from './editable-text.ts';
import { replaceFields } from './replace-fields.ts';

/**
 * The text of a file of format 1.1 or 2.1 in format 3.0. Only what must change is changed: the version, the paths of
 * routes, names of fields; comments, anchors and layout stay. A file of format 3.0 gets today's field names.
 */
export function toFormat3(source: string, notes: ConversionNotes): string {
  const text = new EditableText(source);
  const top = topLevel(text.value);
  convertVersion(text, top, notes);
  if (top._format_version !== '3.0') {
    for (const [path, value] of routePaths(top)) convertPath(text, path, value, notes);
  }
  const beta = text.pairAt(['vaults_beta']);
  if (beta !== null && !text.renameKey(beta, 'vaults')) {
    notes.byHand(['vaults_beta'], '"vaults_beta" is called "vaults" in 3.0', 'join the two lists by hand');
  }
  for (const [path, plugin] of pluginsIn(top, [])) convertPlugin(text, plugin, path, notes);
  return text.result();
}

function convertVersion(text: EditableText, top: JsonObject, notes: ConversionNotes): void {
  const version = top._format_version;
  if (version === undefined) {
    notes.byHand([], '"_format_version" is missing, so nothing tells how the paths are meant', 'add it, then convert');
    return;
  }
  const pair = text.pairAt(['_format_version']);
  if (pair?.value === null || pair?.value.range === undefined || pair.value.range === null) return;
  const [start, end] = pair.value.range;
  const written = text.slice(start, end);
  const quote = written.startsWith("'") ? "'" : '"';
  if (written !== `${quote}3.0${quote}`) text.edit({ start, end, text: `${quote}3.0${quote}` });
}

/** The paths that Kong itself converts when it reads an older file: those of no other routes. */
function* routePaths(top: JsonObject): Generator<readonly [JsonPath, string]> {
  const routes = [...entries(top, [], 'routes')];
  for (const [path, service] of entries(top, [], 'services')) routes.push(...entries(service, path, 'routes'));
  for (const [path, route] of routes) {
    for (const [index, value] of textsOf(route.paths)) yield [[...path, 'paths', index], value];
  }
  const defaults = topLevel(topLevel(topLevel(top._info ?? null).defaults ?? null).route ?? null);
  for (const [index, value] of textsOf(defaults.paths)) yield [['_info', 'defaults', 'route', 'paths', index], value];
}

function convertPath(text: EditableText, path: JsonPath, value: string, notes: ConversionNotes): void {
  const converted = migratePath(value);
  if (converted === value) return;
  if (text.replaceScalar(path, converted)) return;
  notes.byHand(
    path,
    'this path comes from the environment or is used in two ways',
    'put "~" before a regular expression',
  );
}

/** Every plugin of a file, wherever it is nested. */
function* pluginsIn(owner: JsonObject, at: JsonPath): Generator<readonly [JsonPath, JsonObject]> {
  for (const [key, value] of Object.entries(owner)) {
    if (!Array.isArray(value) || key.startsWith('_')) continue;
    for (const [path, entity] of entries(owner, at, key)) {
      if (key === 'plugins' || key === 'consumer_group_plugins') yield [path, entity];
      else yield* pluginsIn(entity, path);
    }
  }
}

function convertPlugin(text: EditableText, plugin: JsonObject, path: JsonPath, notes: ConversionNotes): void {
  const runOn = text.pairAt([...path, 'run_on']);
  if (runOn !== null && !text.removePair(runOn)) {
    notes.byHand([...path, 'run_on'], '"run_on" does nothing in 3.0 and is refused', 'remove it');
  }
  const name = textOf(plugin.name);
  if (name === null) return;
  replaceFields(text, name, [...path, 'config'], notes);
  const shared = textOf(plugin._config);
  if (shared !== null) replaceFields(text, name, ['_plugin_configs', shared], notes);
}

function* entries(owner: JsonObject, at: JsonPath, key: string): Generator<readonly [JsonPath, JsonObject]> {
  for (const [index, value] of listOf(owner[key]).entries()) {
    if (isJsonObject(value)) yield [[...at, key, index], value];
  }
}
