import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';

/** How a text is laid out, so that what is put in looks like the rest. */
export interface YamlStyle {
  /** Whether it is JSON: then nothing may be put in that is not. */
  readonly isJson: boolean;
  readonly newline: '\n' | '\r\n';
  /** Columns by which a map stands to the right of its key. */
  readonly indent: number;
  /** Columns by which the dashes of a list stand to the right of its key. */
  readonly dashIndent: number;
  /** Whether short lists are written in brackets. */
  readonly hasFlowLists: boolean;
  /** Whether the collections of a JSON text have a line per entry. */
  readonly isSpread: boolean;
}

/** Reads the style off a text; what it gives no example of is as decK writes it. */
export function styleOf(text: string, root: Node | null): YamlStyle {
  const votes = new Votes(text);
  votes.visit(root);
  const isJson = isMap(root) && root.flow === true && isJsonText(text);
  return {
    isJson,
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    indent: isJson ? (/\n([ \t]+)\S/.exec(text)?.[1]?.length ?? 2) : mostCommon(votes.indents, 2),
    dashIndent: mostCommon(votes.dashes, 0),
    hasFlowLists: votes.flowLists > votes.blockLists,
    isSpread: isJson && /[{[]\s*\n/.test(text),
  };
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Counts what is done how often. */
class Votes {
  readonly indents = new Map<number, number>();
  readonly dashes = new Map<number, number>();
  flowLists = 0;
  blockLists = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  visit(node: Node | null): void {
    if (isSeq(node)) for (const item of node.items) this.visit(item as Node | null);
    if (!isMap(node)) return;
    for (const item of node.items) {
      const { key, value } = item as Pair<Node, Node | null>;
      if (node.flow !== true && value !== null) this.#compare(this.#column(key), value);
      this.visit(value);
    }
  }

  #compare(column: number, value: Node): void {
    if (isSeq(value) && value.items.every((item) => isScalar(item))) {
      if (value.flow === true) this.flowLists++;
      else this.blockLists++;
    }
    if ((!isSeq(value) && !isMap(value)) || value.flow === true) return;
    const counts = isSeq(value) ? this.dashes : this.indents;
    const width = this.#column(value) - column;
    counts.set(width, (counts.get(width) ?? 0) + 1);
  }

  #column(node: Node): number {
    const start = node.range?.[0] ?? 0;
    return start - (this.#text.lastIndexOf('\n', start - 1) + 1);
  }
}

function mostCommon(counts: ReadonlyMap<number, number>, fallback: number): number {
  const [first] = [...counts].filter(([width]) => width >= 0 && width <= 8).sort(([, a], [, b]) => b - a);
  return first?.[0] ?? fallback;
}
