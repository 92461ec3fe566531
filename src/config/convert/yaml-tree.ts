import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Pair,
  Scalar,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { hideTemplates, replaceStandIns } from '../env-template.ts';
import { parseFirstDocument } from '../yaml-syntax.ts';

type YamlPair = Pair<Node, Node | null>;

/** A YAML document whose parts can be moved; comments and anchors move along. Written anew, with the old indentation. */
export class YamlTree {
  readonly root: YAMLMap;
  readonly #document: Document.Parsed;
  readonly #text: string;
  #isChanged = false;

  /** @throws {TypeError} when the text is not a YAML map; check that first */
  constructor(text: string) {
    this.#text = text;
    const { document } = parseFirstDocument(hideTemplates(text).text, new LineCounter());
    if (document === null || !isMap(document.contents)) throw new TypeError('the text is not a YAML map');
    this.#document = document;
    this.root = document.contents;
  }

  /** To be called with each change: a tree that is not changed keeps its text to the byte. */
  markChanged(): void {
    this.#isChanged = true;
  }

  /**
   * The text of the tree.
   * @throws {Error} when an alias has come before its anchor
   */
  toText(): string {
    if (!this.#isChanged) return this.#text;
    const written = this.#document.toString({ lineWidth: 0, ...layoutOf(this.#text) });
    const lines = this.#text.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written;
    return replaceStandIns(lines, hideTemplates(this.#text).templates, ({ start, end }) =>
      this.#text.slice(start, end),
    );
  }

  /** What an alias stands for; any other node itself. */
  follow(node: Node | null | undefined): Node | null {
    if (!isAlias(node)) return node ?? null;
    return node.resolve(this.#document) ?? null;
  }

  /** The value of a key, aliases resolved; not looked for in merged maps. */
  get(map: YAMLMap, key: string): Node | null {
    return this.follow(pairOf(map, key)?.value);
  }

  /** A scalar's text; `null` for anything else. */
  text(map: YAMLMap, key: string): string | null {
    const node = this.get(map, key);
    return isScalar(node) && typeof node.value === 'string' && node.value !== '' ? node.value : null;
  }

  /** The maps in a list, with their positions. */
  maps(map: YAMLMap, key: string): readonly { readonly map: YAMLMap; readonly index: number }[] {
    const list = this.get(map, key);
    if (!isSeq(list)) return [];
    return list.items.flatMap((item, index) => {
      const entry = this.follow(item as Node);
      return isMap(entry) ? [{ map: entry, index }] : [];
    });
  }

  /** Whether an anchor stands in a node or below it. */
  holdsAnchor(node: Node): boolean {
    let isFound = false;
    visit(node, (_key, part) => {
      if ((isScalar(part) || isMap(part) || isSeq(part)) && part.anchor !== undefined) isFound = true;
      return isFound ? visit.BREAK : undefined;
    });
    return isFound;
  }

  /** Takes a key out and answers its value. */
  take(map: YAMLMap, key: string): Node | null {
    const index = map.items.findIndex((pair) => isKey(pair as YamlPair, key));
    if (index < 0) return null;
    this.markChanged();
    const [pair] = map.items.splice(index, 1) as YamlPair[];
    const value = this.follow(pair?.value);
    if (isSeq(value)) handDownComments(pair?.key ?? null, value);
    return value;
  }

  /** Sets a key, at the end when it is new. */
  set(map: YAMLMap, key: string, value: Node): void {
    this.markChanged();
    const pair = pairOf(map, key);
    if (pair === undefined) map.items.push(new Pair<Node, Node>(new Scalar(key), value));
    else pair.value = value;
  }

  /** Adds an entry to a list, which is made when it is missing. */
  append(map: YAMLMap, key: string, entry: Node): void {
    this.markChanged();
    const list = this.get(map, key);
    if (isSeq(list)) list.items.push(entry);
    else this.set(map, key, listOfNodes([entry]));
  }

  /** Takes entries out of a list, and the list itself when it is empty then; its comment goes to its first entry. */
  removeEntries(map: YAMLMap, key: string, positions: ReadonlySet<number>): void {
    const list = this.get(map, key);
    if (!isSeq(list) || positions.size === 0) return;
    this.markChanged();
    if (positions.size === list.items.length) handDownComments(pairOf(map, key)?.key ?? null, list);
    list.items = list.items.filter((_, index) => !positions.has(index));
    if (list.items.length === 0) this.take(map, key);
  }
}

/** A map of texts and nodes. */
export function mapOf(fields: Readonly<Record<string, string | Node>>): YAMLMap {
  const map = new YAMLMap<Node, Node>();
  for (const [key, value] of Object.entries(fields)) {
    map.items.push(new Pair(new Scalar(key), typeof value === 'string' ? textNode(value) : value));
  }
  return map;
}

/** A text that stays one when it is read as YAML. */
export function textNode(text: string): Scalar<string> {
  const node = new Scalar(text);
  node.type = /^[A-Za-z_][\w-]*$/.test(text) && !isWord(text) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
  return node;
}

function isWord(text: string): boolean {
  return /^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);
}

/** What was said about a list that goes away is said about its first entry. */
function handDownComments(key: Node | null, list: YAMLSeq): void {
  const first = list.items[0] as Node | null | undefined;
  if (first === null || first === undefined) return;
  const comments = [key?.commentBefore, list.commentBefore, first.commentBefore].filter(
    (comment) => typeof comment === 'string',
  );
  if (comments.length > 0) first.commentBefore = comments.join('\n');
  list.commentBefore = null;
}

function listOfNodes(items: readonly Node[]): YAMLSeq<Node> {
  const list = new YAMLSeq<Node>();
  list.items.push(...items);
  return list;
}

function pairOf(map: YAMLMap, key: string): YamlPair | undefined {
  return (map.items as YamlPair[]).find((pair) => isKey(pair, key));
}

function isKey({ key }: YamlPair, name: string): boolean {
  return isScalar(key) && key.value === name;
}

/** How a text is laid out, as far as the writer can be told. */
function layoutOf(text: string): Readonly<Record<'indentSeq' | 'flowCollectionPadding', boolean>> & { indent: number } {
  const nested = /^( *)[^\s#][^\n]*:[ \t]*\n( *)[^\s#-]/m.exec(text);
  const dashes = nested?.[0].match(/^ *(?:- +)*/)?.[0].length ?? 0;
  const indent = (nested?.[2]?.length ?? 2) - dashes;
  return {
    indent: indent >= 2 && indent <= 8 ? indent : 2,
    indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(text),
    flowCollectionPadding: /(?<![{$])\{ (?!\})|\[ (?!\])/.test(text),
  };
}
