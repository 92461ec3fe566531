import { isAlias, isCollection, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { JsonPath } from '../lib/json.ts';

/** A value with a name that an alias could use. */
export interface Anchor {
  readonly name: string;
  readonly path: JsonPath;
}

/** The anchors of a tree whose name no alias has, in the order of the text. */
export function findUnusedAnchors(root: Node | null): readonly Anchor[] {
  const anchors: Anchor[] = [];
  const used = new Set<string>();
  const visit = (node: Node | null, path: JsonPath): void => {
    if (isAlias(node)) used.add(node.source);
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.push({ name: node.anchor, path });
    if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item as Node | null, [...path, index]);
    if (!isMap(node)) return;
    for (const item of node.items) {
      const { key, value } = item as Pair<Node, Node | null>;
      visit(key, path);
      visit(value, [...path, isScalar(key) ? String(key.value) : '']);
    }
  };
  visit(root, []);
  return anchors.filter(({ name }) => !used.has(name));
}
