import { isMap, isScalar, isSeq, type Node, type YAMLSeq } from 'yaml';
import { type EditableText, rangeOf } from '../convert/editable-text.ts';
import { CannotEdit } from './cannot-edit.ts';
import { isBlockScalar, type YamlPair } from './yaml-nodes.ts';

/** Lines, columns and ends in a YAML text: where something can be put in, and what belongs to what. */
export class TextPlaces {
  readonly #text: string;
  readonly #editable: EditableText;

  constructor(text: string, editable: EditableText) {
    this.#text = text;
    this.#editable = editable;
  }

  /** Where the dash of an entry is: between the end of the one before and the entry itself. */
  dashOf(list: YAMLSeq, index: number): number {
    const items = list.items as Node[];
    const before = items[index - 1];
    if (before === undefined) return rangeOf(list).start;
    for (let at = this.nextLine(this.contentEnd(before)); at < this.#text.length; ) {
      const line = this.#text.slice(at, this.#editable.endOfLine(at));
      if (line.trimStart().startsWith('-')) return at + line.length - line.trimStart().length;
      const next = this.nextLine(at);
      if (next <= at) break;
      at = next;
    }
    throw new CannotEdit('this layout of a list is not one that can be edited', [], rangeOf(list).start);
  }

  /** Start of the comment lines right above a line, at the same column. */
  commentBlockStart(lineStart: number, column: number): number {
    let start = lineStart;
    while (start > 0) {
      const previous = this.lineStart(start - 1);
      const line = this.#text.slice(previous, start);
      if (!line.startsWith(`${' '.repeat(column)}#`)) return start;
      start = previous;
    }
    return start;
  }

  /** Past comment lines that are further in than `column`: they are about what is above them. */
  deeperCommentsEnd(lineStart: number, column: number): number {
    let end = lineStart;
    for (;;) {
      const match = /^([ ]*)#[^\n]*(?:\n|$)/.exec(this.#text.slice(end, this.nextLine(end)));
      if (match === null || (match[1] ?? '').length <= column) return end;
      end += match[0].length;
    }
  }

  /** One of two blank lines around what is taken out goes, too. */
  blankLineEnd({ start, end }: { readonly start: number; readonly end: number }): number {
    const blank = /^[ \t]*\r?\n/.exec(this.#text.slice(end, end + 200));
    const isAfterBlank = /\n[ \t]*\r?\n$/.test(this.#text.slice(Math.max(0, start - 200), start));
    return blank !== null && isAfterBlank ? end + blank[0].length : end;
  }

  pairContentEnd({ key, value }: YamlPair): number {
    return value === null ? this.#editable.pairEnd({ key, value }) : this.contentEnd(value);
  }

  /** Where a value ends, without line breaks and blank lines behind it unless they are part of it (`|+`). */
  contentEnd(node: Node): number {
    const end = this.#editable.endOf(node);
    const leaf = lastLeaf(node);
    if (!isScalar(leaf) || !isBlockScalar(leaf)) return end;
    const { start } = rangeOf(leaf);
    const header = this.#text.slice(start, this.#editable.endOfLine(start));
    const trimmed = this.#text.slice(0, end).trimEnd().length;
    return /^[|>]\d?\+/.test(header)
      ? Math.max(trimmed, this.#text[end - 1] === '\n' ? end - 1 : end)
      : Math.max(trimmed, start + 1);
  }

  column(offset: number): number {
    return offset - this.lineStart(offset);
  }

  indentOfLine(offset: number): number {
    const start = this.lineStart(offset);
    return /^[ ]*/.exec(this.#text.slice(start, offset + 1))?.[0].length ?? 0;
  }

  lineStart(offset: number): number {
    return offset === 0 ? 0 : this.#text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Start of the line after the one that `offset` is in. */
  nextLine(offset: number): number {
    const end = this.#text.indexOf('\n', offset);
    return end < 0 ? this.#text.length : end + 1;
  }
}

function lastLeaf(node: Node): Node {
  const last = (isMap(node) || isSeq(node)) && node.flow !== true ? node.items.at(-1) : undefined;
  if (last === undefined) return node;
  if (isSeq(node)) return lastLeaf(last as Node);
  const { key, value } = last as YamlPair;
  return value === null ? key : lastLeaf(value);
}
