import { isMap, isSeq, type Node, type YAMLMap } from 'yaml';
import { allKinds, type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { JsonPath } from '../../lib/json.ts';
import type { YamlTree } from './yaml-tree.ts';

/** Called with each entity of a file, and with where it stands. */
export type EntityVisitor = (kind: EntityKind, entity: YAMLMap, path: JsonPath) => void;

/** Goes through all entities, nested ones after those they stand in; what several aliases bring is visited once. */
export function visitEntities(tree: YamlTree, visit: EntityVisitor): void {
  const seen = new Set<Node>();
  const walk = (owner: YAMLMap, kind: EntityKind, key: string, at: JsonPath): void => {
    const list = tree.get(owner, key);
    if (!isSeq(list)) return;
    for (const [index, item] of list.items.entries()) {
      const entity = tree.follow(item as Node);
      if (!isMap(entity) || seen.has(entity)) continue;
      seen.add(entity);
      const path = [...at, key, index];
      visit(kind, entity, path);
      for (const child of entityKinds[kind].children) {
        if (child.joins === undefined) walk(entity, child.kind, child.key, path);
      }
    }
  };
  for (const kind of allKinds) walk(tree.root, kind, kind, []);
}
