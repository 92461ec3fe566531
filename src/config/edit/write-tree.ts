import { blockText, isScalarValue, scalarText, type ScalarValue } from './write-scalar.ts';
import type { YamlStyle } from './yaml-style.ts';

/** A piece of a file that is written elsewhere as it stands: a reference or template, or a whole entity. */
export class Verbatim {
  readonly text: string;
  /** The column that its further lines go by. */
  readonly column: number;
  /** Comments above a whole entity; `null` for a mere value. */
  readonly comments: readonly string[] | null;

  constructor(text: string, column: number, comments: readonly string[] | null = null) {
    this.text = text.replace(/\s+$/, '');
    this.column = column;
    this.comments = comments;
  }
}

/** What is to be written. */
export type Tree = ScalarValue | Verbatim | readonly Tree[] | { readonly [key: string]: Tree };

/** Writes new values in the style of a file. */
export class TreeWriter {
  readonly #style: YamlStyle;

  constructor(style: YamlStyle) {
    this.#style = style;
  }

  /** What comes behind `key:` in a block map whose keys are at `column`; begins with a space or a line break. */
  afterKey(tree: Tree, column: number): string {
    const { indent, dashIndent, hasFlowLists, newline } = this.#style;
    if (isList(tree)) {
      const isShort = tree.every((item) => isLeaf(item) && !isLong(item));
      if (tree.length === 0 || (hasFlowLists && isShort)) return ` ${this.flow(tree, 0)}`;
      return newline + this.items(tree, column + dashIndent);
    }
    if (isRecord(tree) && Object.keys(tree).length > 0)
      return newline + this.#pad(column + indent) + this.pairs(tree, column + indent);
    return ` ${this.#leaf(tree, column, column + indent)}`;
  }

  /** Entries of a block list whose dashes are at `column`, without the last line break. */
  items(list: readonly Tree[], column: number): string {
    const lines = list.flatMap((item) => [
      ...(item instanceof Verbatim ? (item.comments ?? []).map((comment) => this.#pad(column) + comment) : []),
      `${this.#pad(column)}-${this.#afterDash(item, column)}`,
    ]);
    return lines.join(this.#style.newline);
  }

  /** Pairs of a block map with keys at `column`; the first one where the text is now. */
  pairs(record: Readonly<Record<string, Tree>>, column: number): string {
    const pairs = Object.entries(record).map(([key, value]) => `${this.key(key)}:${this.afterKey(value, column)}`);
    return pairs.join(this.#style.newline + this.#pad(column));
  }

  /** A value in brackets, or a scalar. Further lines are at `column`, where there are any: JSON in lines only. */
  flow(tree: Tree, column: number): string {
    const context = this.#style.isJson ? 'json' : 'flow';
    if (tree instanceof Verbatim) return this.#shifted(tree, column);
    if (isScalarValue(tree)) return scalarText(tree, context);
    const inner = column + this.#style.indent;
    if (isList(tree))
      return this.#bracketed(
        '[',
        ']',
        tree.map((item) => this.flow(item, inner)),
        column,
      );
    const pairs = Object.entries(tree).map(([key, value]) => `${this.flow(key, inner)}: ${this.flow(value, inner)}`);
    return this.#bracketed('{', '}', pairs, column);
  }

  /** A key of a block map. */
  key(key: string): string {
    return scalarText(key, this.#style.isJson ? 'json' : 'flow');
  }

  #afterDash(item: Tree, column: number): string {
    if (item instanceof Verbatim) return ` ${this.#shifted(item, column + 2)}`;
    if (isRecord(item) && Object.keys(item).length > 0) return ` ${this.pairs(item, column + 2)}`;
    if (isList(item) && item.length > 0) return ` ${this.flow(item, 0)}`;
    return ` ${this.#leaf(item, column, column + 2)}`;
  }

  /** `column` is where what follows would go, were it a block of lines. */
  #leaf(tree: Tree, outer: number, column: number): string {
    if (typeof tree === 'string') {
      const block = blockText(tree, column, this.#style.newline);
      return block === null ? scalarText(tree, 'block') : block.header + this.#style.newline + block.lines;
    }
    return tree instanceof Verbatim ? this.#shifted(tree, outer) : this.flow(tree, outer);
  }

  #bracketed(open: string, close: string, parts: readonly string[], column: number): string {
    const { isSpread, newline, indent } = this.#style;
    if (!isSpread || parts.length === 0) return open + parts.join(', ') + close;
    const inner = newline + this.#pad(column + indent);
    return open + inner + parts.join(`,${inner}`) + newline + this.#pad(column) + close;
  }

  /** Lines of a block move with it; those of quoted texts may, too: white space at their start counts for nothing. */
  #shifted({ text, column: from }: Verbatim, to: number): string {
    const [first = '', ...rest] = text.split(/\r?\n/);
    const lines = rest.map((line) => {
      const width = line.length - line.trimStart().length;
      return line.trim() === '' ? line : ' '.repeat(Math.max(0, width + to - from)) + line.trimStart();
    });
    return [first, ...lines].join(this.#style.newline);
  }

  #pad(column: number): string {
    return ' '.repeat(column);
  }
}

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}

function isRecord(tree: Tree): tree is Readonly<Record<string, Tree>> {
  return typeof tree === 'object' && tree !== null && !isList(tree) && !(tree instanceof Verbatim);
}

function isLeaf(tree: Tree): boolean {
  return tree instanceof Verbatim ? tree.comments === null : isScalarValue(tree);
}

function isLong(tree: Tree): boolean {
  return typeof tree === 'string' && (tree.length > 60 || tree.includes('\n'));
}
