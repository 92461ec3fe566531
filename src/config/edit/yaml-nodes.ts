import { isMap, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from 'yaml';
import { isMergePair } from '../yaml-value.ts';
import { blockText, isScalarValue } from './write-scalar.ts';
import { type Tree, Verbatim } from './write-tree.ts';

/** A pair of a map that was read from a text. */
export type YamlPair = Pair<Node, Node | null>;

/** An entry that is there. @throws {TypeError} when it is not */
export function nth<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new TypeError(`there is no entry ${index}`);
  return item;
}

/** Why something behind an alias is not edited. */
export function throughAlias(name: string): string {
  return `it is written elsewhere, through the alias "*${name}"`;
}

/** The pairs that a map says itself. */
export function pairsOf(map: YAMLMap): readonly YamlPair[] {
  return (map.items as YamlPair[]).filter((pair) => !isMergePair(pair));
}

/** The key of a pair; `null` when it is not a plain text. */
export function keyOf({ key }: YamlPair): string | null {
  return isScalar(key) ? String(key.value) : null;
}

/** Whether a value is in brackets. */
export function isFlow(value: Node): boolean {
  return (isMap(value) || isSeq(value)) && value.flow === true;
}

/** An empty list that gets entries is written in the style of the others. */
export function staysFlow(value: Node, tree: Tree): boolean {
  return isFlow(value) && (!isSeq(value) || value.items.length > 0 || isScalarValue(tree) || isEmptyTree(tree));
}

function isEmptyTree(tree: Tree): boolean {
  return !(tree instanceof Verbatim) && typeof tree === 'object' && tree !== null && Object.keys(tree).length === 0;
}

/** Whether a text is written as a block of lines. */
export function isBlockScalar({ type }: Scalar): boolean {
  return type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED;
}

/** Whether a value is written on one line. */
export function isOneLine(tree: Tree): boolean {
  if (tree instanceof Verbatim) return !tree.text.includes('\n');
  return isScalarValue(tree) && (typeof tree !== 'string' || blockText(tree, 0, '\n') === null);
}

/** Stretches of marked neighbours, each as its first position and the one behind its last. */
export function runsOf<Item>(
  items: readonly Item[],
  marked: ReadonlySet<Item>,
): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const [index, item] of items.entries()) {
    if (!marked.has(item)) continue;
    const run = runs.at(-1);
    if (run?.[1] === index) run[1] = index + 1;
    else runs.push([index, index + 1]);
  }
  return runs;
}
