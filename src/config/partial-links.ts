import type { PartialLink } from '../entities/plugin.ts';
import { isJsonObject, type JsonObject, type JsonSchema } from '../lib/json.ts';
import { type Draft, listOf, textOf } from './draft.ts';
import { type EntityIndex, readReference } from './entity-index.ts';
import { defaultRecord } from './plugin-defaults.ts';
import { pluginFacts } from './plugin-schemas.ts';

/**
 * The place that a partial fills in the config of a plugin when the link does not say it; `null` when there is none,
 * or not one alone.
 */
export function placeOfPartial(plugin: string, type: string | null): string | null {
  const places = type === null ? undefined : pluginFacts(plugin)?.partialPlaces.get(type);
  return places?.length === 1 ? (places[0] ?? null) : null;
}

/** The links of an entity as it was built; none for other kinds. */
export function linksOf({ partials }: JsonObject): readonly PartialLink[] {
  return listOf(partials).flatMap((link) => {
    if (!isJsonObject(link)) return [];
    const id = textOf(link.id);
    return id === null ? [] : [{ id: id.toLowerCase(), path: textOf(link.path) }];
  });
}

/** The config of a plugin with the defaults of what its partials bring: it does not say these parts itself. */
export function withLentDefaults(schema: JsonSchema, plugin: JsonObject, config: JsonObject): JsonObject {
  const places = linksOf(plugin).flatMap(({ path }) => (path?.startsWith('config.') === true ? [path.slice(7)] : []));
  return places.reduce((filled, place) => withDefaultAt(filled, defaultRecord(schema), place.split('.')), config);
}

function withDefaultAt(record: JsonObject, defaults: JsonObject, [step = '', ...rest]: readonly string[]): JsonObject {
  const [value, preset] = [record[step], defaults[step]];
  if (preset === undefined) return record;
  if (rest.length === 0 || value === undefined) return value === undefined ? { ...record, [step]: preset } : record;
  return isJsonObject(value) && isJsonObject(preset)
    ? { ...record, [step]: withDefaultAt(value, preset, rest) }
    : record;
}

/**
 * What a plugin of a file is linked to. Links by a name that the files do not have are left out: they lead to what is
 * somewhere else.
 * @param partials those of the files
 */
export function readLinks(draft: Draft, partials: readonly Draft[], index: EntityIndex): readonly PartialLink[] {
  const links = listOf(draft.fields.partials);
  if (links.length === 0) return [];
  const types = new Map(partials.map((partial) => [index.idOf(partial), textOf(partial.fields.type)]));
  return links.flatMap((link) => {
    const reference = readReference(link);
    if (reference === null) return [];
    const { by, text } = reference;
    const found = by === 'name' ? index.findByName('partials', text) : index.findById('partials', text);
    const id = found?.id ?? (by === 'id' ? text : null);
    if (id === null) return [];
    const said = textOf((link as JsonObject).path);
    return [{ id, path: said ?? placeOfPartial(textOf(draft.fields.name) ?? '', types.get(id) ?? null) }];
  });
}
