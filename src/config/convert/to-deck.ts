import { isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import { allKinds, type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { JsonPath } from '../../lib/json.ts';
import type { ConversionNotes } from './conversion-notes.ts';
import { visitEntities } from './visit-entities.ts';
import { mapOf, type YamlTree } from './yaml-tree.ts';

/** Rewrites what only a Kong without a database reads into decK's ways of saying it. */
export function toDeck(tree: YamlTree, notes: ConversionNotes): void {
  moveGroupPlugins(tree, notes);
  moveMemberships(tree, notes);
  movePartialLinks(tree, notes);
  nestChildren(tree, notes);
  removeComments(tree, notes);
  const transform = tree.text(tree.root, '_transform');
  if (transform !== null && /^(?:false|no|off|n)$/i.test(transform)) {
    const hint = 'decK needs the plain passwords and secrets: put them in place of the hashed ones';
    notes.leftOut(['_transform'], 'decK refuses "_transform: false"', hint);
    tree.take(tree.root, '_transform');
  }
  reportMissingNames(tree, notes);
}

/** `consumer_group_plugins` go into their groups. */
function moveGroupPlugins(tree: YamlTree, notes: ConversionNotes): void {
  moveEntries(tree, notes, 'consumer_group_plugins', 'consumer_group', 'consumer_groups', (group, plugin) => {
    tree.append(group, 'plugins', plugin);
  });
}

/** `consumer_group_consumers` become the groups of their consumers. */
function moveMemberships(tree: YamlTree, notes: ConversionNotes): void {
  moveEntries(tree, notes, 'consumer_group_consumers', 'consumer', 'consumers', (consumer, membership) => {
    const group = referenceOf(tree, membership, 'consumer_group');
    if (group !== null) tree.append(consumer, 'groups', mapOf({ name: group }));
  });
}

/** `plugins_partials` become the partials of their plugins. */
function movePartialLinks(tree: YamlTree, notes: ConversionNotes): void {
  moveEntries(tree, notes, 'plugins_partials', 'plugin', 'plugins', (plugin, link) => {
    const id = referenceOf(tree, link, 'partial');
    const path = tree.text(link, 'path');
    if (id !== null) tree.append(plugin, 'partials', mapOf({ id, ...(path === null ? {} : { path }) }));
  });
}

/** Kinds that decK reads only inside the entity they belong to. */
const nestedOnly: readonly EntityKind[] = allKinds.filter((kind) => {
  const { required } = entityKinds[kind];
  return required.length === 1 && kind !== 'consumer_group_plugins' && kind !== 'consumer_group_consumers';
});

/** Top-level lists of children go into their parents. */
function nestChildren(tree: YamlTree, notes: ConversionNotes): void {
  for (const kind of nestedOnly) {
    const { required, references } = entityKinds[kind];
    const [field = ''] = required;
    const parents = references[field];
    if (parents === undefined) continue;
    moveEntries(tree, notes, kind, field, parents, (parent, child) => {
      tree.append(parent, kind, child);
    });
  }
}

/** Moves every entry of a top-level list to the entity that one of its fields names. */
function moveEntries(
  tree: YamlTree,
  notes: ConversionNotes,
  list: string,
  field: string,
  parents: EntityKind,
  move: (parent: YAMLMap, entry: YAMLMap) => void,
): void {
  const entries = tree.maps(tree.root, list);
  if (entries.length === 0) return;
  const known = indexEntities(tree, parents);
  const moved = new Set<number>();
  for (const { map, index } of entries) {
    const name = referenceOf(tree, map, field);
    const parent = name === null ? null : (known.get(name) ?? null);
    if (parent === null) {
      const { label } = entityKinds[parents];
      notes.byHand(
        [list, index],
        `decK reads this only inside its ${label}, which is not in the file`,
        `add the ${label}`,
      );
      continue;
    }
    tree.take(map, field);
    move(parent, map);
    moved.add(index);
  }
  tree.removeEntries(tree.root, list, moved);
}

/** The entities of a kind by name and by id. */
function indexEntities(tree: YamlTree, wanted: EntityKind): ReadonlyMap<string, YAMLMap> {
  const known = new Map<string, YAMLMap>();
  const { nameField } = entityKinds[wanted];
  visitEntities(tree, (kind, entity) => {
    if (kind !== wanted) return;
    for (const field of ['id', nameField]) {
      const text = field === null ? null : tree.text(entity, field);
      if (text !== null && (field !== 'id' || !known.has(text))) known.set(text, entity);
    }
  });
  return known;
}

/** The name or id that a field of an entity leads to. */
function referenceOf(tree: YamlTree, entity: YAMLMap, field: string): string | null {
  const reference: Node | null = tree.get(entity, field);
  if (isScalar(reference)) return typeof reference.value === 'string' ? reference.value : null;
  return isMap(reference) ? (tree.text(reference, 'id') ?? tree.text(reference, 'name')) : null;
}

/** `_comment` and `_ignore`; not those that hold an anchor, which is needed elsewhere. */
function removeComments(tree: YamlTree, notes: ConversionNotes): void {
  const remove = (map: YAMLMap, path: JsonPath): void => {
    for (const key of ['_comment', '_ignore']) {
      const value = tree.get(map, key);
      if (value === null) continue;
      if (tree.holdsAnchor(value)) {
        notes.byHand(
          [...path, key],
          `decK refuses "${key}", and anchors stand in it`,
          'move the anchors to where they are used',
        );
        continue;
      }
      notes.leftOut([...path, key], `decK refuses "${key}"`, 'write it as a YAML comment');
      tree.take(map, key);
    }
  };
  remove(tree.root, []);
  visitEntities(tree, (_kind, entity, path) => {
    remove(entity, path);
  });
}

/** decK finds services, routes and certificates by what they are called. */
function reportMissingNames(tree: YamlTree, notes: ConversionNotes): void {
  visitEntities(tree, (kind, entity, path) => {
    if (tree.text(entity, 'id') !== null) return;
    const { label, nameField } = entityKinds[kind];
    if (kind === 'certificates') notes.byHand(path, 'decK wants an id for each certificate', 'give it an "id"');
    if ((kind === 'services' || kind === 'routes') && (nameField === null || tree.text(entity, nameField) === null)) {
      notes.byHand(path, `decK wants a name or an id for each ${label}`, 'give it a "name"');
    }
  });
}
