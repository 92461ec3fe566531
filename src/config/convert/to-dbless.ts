import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { entityKinds } from '../../entities/kinds.ts';
import type { JsonPath } from '../../lib/json.ts';
import type { ConversionNotes } from './conversion-notes.ts';
import { visitEntities } from './visit-entities.ts';
import { mapOf, textNode, type YamlTree } from './yaml-tree.ts';

/** Rewrites decK's ways of saying things into those that a Kong without a database reads. */
export function toDbless(tree: YamlTree, notes: ConversionNotes): void {
  moveGroupPlugins(tree, notes);
  moveMemberships(tree, notes);
  movePartialLinks(tree, notes);
  flattenReferences(tree);
  for (const [key, hint] of Object.entries(deckOnly)) {
    if (tree.get(tree.root, key) === null) continue;
    notes.leftOut([key], `"${key}" is decK's alone: a Kong without a database refuses it`, hint);
    tree.take(tree.root, key);
  }
}

/** Top-level keys that only decK reads, with what to do about them. */
const deckOnly: Readonly<Record<string, string>> = {
  _workspace: 'give the file to the right workspace by other means',
  _konnect: 'nothing is to be done unless the file goes to Konnect',
  _info: 'write its defaults and tags into the entities; "gw render" does that',
  _plugin_configs: 'write the shared config into the plugins; "gw render" does that',
};

/** `consumer_groups[].plugins` becomes `consumer_group_plugins`. */
function moveGroupPlugins(tree: YamlTree, notes: ConversionNotes): void {
  for (const { map: group, index } of tree.maps(tree.root, 'consumer_groups')) {
    const name = nameOf(tree, group, 'name');
    if (name === null) {
      if (tree.get(group, 'plugins') !== null) unnamed(notes, ['consumer_groups', index], 'consumer group');
      continue;
    }
    const list = tree.take(group, 'plugins');
    if (!isSeq(list)) continue;
    for (const item of list.items) {
      const plugin = tree.follow(item as Node);
      if (!isMap(plugin)) continue;
      const fits = plugin.items.every(({ key }) => isScalar(key) && groupPluginFields.has(String(key.value)));
      tree.set(plugin, 'consumer_group', textNode(name));
      tree.append(tree.root, fits ? 'consumer_group_plugins' : 'plugins', plugin);
    }
  }
}

/** All that an entry of `consumer_group_plugins` can say; a plugin that says more goes to the other plugins. */
const groupPluginFields = new Set(['id', 'name', 'config', 'tags', 'created_at', 'updated_at']);

/** `consumers[].groups` and `consumer_groups[].consumers` become `consumer_group_consumers`. */
function moveMemberships(tree: YamlTree, notes: ConversionNotes): void {
  const seen = new Set<string>();
  const join = (consumer: string, group: string): void => {
    const key = JSON.stringify([consumer, group]);
    if (seen.has(key)) return;
    seen.add(key);
    tree.append(tree.root, 'consumer_group_consumers', mapOf({ consumer, consumer_group: group }));
  };
  for (const [owner, target] of takeReferences(tree, notes, consumerSide, groupSide)) join(owner, target);
  for (const [owner, target] of takeReferences(tree, notes, groupSide, consumerSide)) join(target, owner);
}

/** One of the two kinds that a membership joins. */
interface Side {
  readonly list: 'consumers' | 'consumer_groups';
  readonly label: string;
  /** Where the other side is listed in it. */
  readonly key: string;
  /** What it is called by in references. */
  readonly name: string;
}

const consumerSide: Side = { list: 'consumers', label: 'consumer', key: 'groups', name: 'username' };
const groupSide: Side = { list: 'consumer_groups', label: 'consumer group', key: 'consumers', name: 'name' };

/** Takes the lists of the other side out of `side`; answers pairs of names. */
function takeReferences(
  tree: YamlTree,
  notes: ConversionNotes,
  side: Side,
  other: Side,
): readonly (readonly [string, string])[] {
  const known = indexMembers(tree, other);
  return tree.maps(tree.root, side.list).flatMap(({ map, index }) => {
    const list = tree.get(map, side.key);
    if (!isSeq(list)) return [];
    const name = nameOf(tree, map, side.name);
    const targets = list.items.map((entry) => findMember(tree, tree.follow(entry as Node), known));
    if (name === null) unnamed(notes, [side.list, index], side.label);
    const missing = targets.indexOf(null);
    if (missing >= 0) {
      const message = `this form needs the ${other.label}, and it is not in the file under a name or an id`;
      notes.byHand([side.list, index, side.key, missing], message, `add the ${other.label}, or give it a name`);
    }
    if (name === null || missing >= 0) return [];
    tree.take(map, side.key);
    return targets.flatMap((target) => (target === null ? [] : [[name, target] as const]));
  });
}

/** What each entity of a side is referred to as, by all that it can be called. */
function indexMembers(tree: YamlTree, { list, name }: Side): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const { map } of tree.maps(tree.root, list)) {
    const reference = nameOf(tree, map, name);
    for (const field of ['id', 'custom_id', name]) {
      const text = tree.text(map, field);
      if (text !== null && reference !== null) known.set(text, reference);
    }
  }
  return known;
}

/** The name, or else the id, of what an entry of a membership list leads to. */
function findMember(tree: YamlTree, entry: Node | null, known: ReadonlyMap<string, string>): string | null {
  if (isScalar(entry)) return known.get(String(entry.value)) ?? null;
  if (!isMap(entry)) return null;
  const texts = ['id', 'name', 'username', 'custom_id'].map((field) => tree.text(entry, field));
  const text = texts.find((candidate) => candidate !== null) ?? null;
  return text === null ? null : (known.get(text) ?? null);
}

/** `plugins[].partials` becomes `plugins_partials`, which knows both sides by id. */
function movePartialLinks(tree: YamlTree, notes: ConversionNotes): void {
  const ids = new Map<string, string>();
  for (const { map } of tree.maps(tree.root, 'partials')) {
    const name = tree.text(map, 'name');
    const id = tree.text(map, 'id');
    if (name !== null && id !== null) ids.set(name, id);
  }
  visitEntities(tree, (kind, plugin, path) => {
    if (kind !== 'plugins') return;
    const links = tree.maps(plugin, 'partials');
    if (links.length === 0) return;
    const id = tree.text(plugin, 'id');
    const partials = links.map(({ map }) => tree.text(map, 'id') ?? ids.get(tree.text(map, 'name') ?? '') ?? null);
    if (id === null || partials.includes(null)) {
      const message = 'a link to a partial names both by id in this form, and one of them has none';
      notes.byHand([...path, 'partials'], message, 'give the plugin and the partial an "id"');
      return;
    }
    tree.take(plugin, 'partials');
    for (const [index, { map }] of links.entries()) {
      const at = tree.text(map, 'path');
      const link = { plugin: id, partial: partials[index] ?? '', ...(at === null ? {} : { path: at }) };
      tree.append(tree.root, 'plugins_partials', mapOf(link));
    }
  });
}

/** `service: {name: x}` becomes `service: x`; `{id: …}` is read by both. */
function flattenReferences(tree: YamlTree): void {
  visitEntities(tree, (kind, entity) => {
    for (const field of Object.keys(entityKinds[kind].references)) {
      const reference = tree.get(entity, field);
      if (!isMap(reference)) continue;
      const name = tree.text(reference, 'name') ?? tree.text(reference, 'username');
      if (name !== null && tree.text(reference, 'id') === null) tree.set(entity, field, textNode(name));
    }
  });
}

function nameOf(tree: YamlTree, map: YAMLMap, field: string): string | null {
  return tree.text(map, field) ?? tree.text(map, 'id');
}

function unnamed(notes: ConversionNotes, path: JsonPath, label: string): void {
  notes.byHand(path, `this ${label} has neither a name nor an id to refer to it by`, 'give it a name');
}
