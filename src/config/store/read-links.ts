import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import { linksOf, placeOfPartial } from '../partial-links.ts';
import { pluginFacts } from '../plugin-schemas.ts';
import { isEntityId } from './endpoint-key.ts';
import type { EntityView } from './entity-view.ts';
import { fieldProblem, missingProblem, unresolvedProblem } from './problems.ts';

/**
 * The links of a plugin to partials, each with an id and, where there is only one, the place that it fills. What is no
 * list of records stays: its schema has something to say about it.
 * @throws {EntityProblem} code 2 for a link that names nothing, 13 for a name that no partial has
 */
export function readPartialLinks(links: JsonValue, plugin: JsonValue | undefined, around: EntityView): JsonValue {
  if (!Array.isArray(links)) return links;
  return (links as readonly JsonValue[]).map((link, index) =>
    isJsonObject(link) ? readLink(link, index, typeof plugin === 'string' ? plugin : '', around) : link,
  );
}

function readLink(link: JsonObject, index: number, plugin: string, around: EntityView): JsonObject {
  const { id: given, name, path = null, ...rest } = link;
  const id = given ?? idOfNamed(name ?? null, index, around);
  if (typeof id !== 'string') throw fieldProblem(['partials', index, 'id'], 'expected a string');
  if (!isEntityId(id)) throw fieldProblem(['partials', index, 'id'], 'expected a valid UUID');
  const type = around.get('partials', id)?.type;
  return {
    ...rest,
    id: id.toLowerCase(),
    path: path ?? placeOfPartial(plugin, typeof type === 'string' ? type : null),
  };
}

function idOfNamed(name: JsonValue, index: number, around: EntityView): string {
  if (name === null) throw fieldProblem(['partials', index, 'id'], 'missing primary key');
  if (typeof name !== 'string') throw fieldProblem(['partials', index, 'name'], 'expected a string');
  const found = around.named('partials', name);
  if (found === null) throw unresolvedProblem('partials', 'partials', 'name', name);
  return found.id;
}

/** @throws {EntityProblem} code 4 when a link leads nowhere, 2 when the plugin does not take partials of its type there */
export function checkPartialLinks(plugin: JsonObject, around: EntityView): void {
  const { name } = plugin;
  if (typeof name !== 'string') return;
  const places = pluginFacts(name)?.partialPlaces;
  for (const [index, { id, path }] of linksOf(plugin).entries()) {
    const partial = around.get('partials', id);
    if (partial === null) throw missingProblem('partials', 'partials', id);
    const { type } = partial;
    // Nothing is known of the partial in a check that looks nothing up, nor of plugins of somebody's own.
    if (typeof type !== 'string' || places === undefined) continue;
    const taken = places.get(type);
    const place: JsonPath = ['partials', index, taken === undefined ? 'id' : 'path'];
    if (taken === undefined) throw fieldProblem(place, `plugin '${name}' takes no partials of type '${type}'`);
    if (path === null) throw fieldProblem(place, 'required field missing');
    if (!taken.includes(path)) throw fieldProblem(place, `expected one of: ${taken.join(', ')}`);
  }
}
