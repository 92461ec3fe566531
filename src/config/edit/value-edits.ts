import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import type { JsonPath } from '../../lib/json.ts';
import { type EditableText, rangeOf } from '../convert/editable-text.ts';
import { CannotEdit } from './cannot-edit.ts';
import type { TextChanges } from './text-changes.ts';
import { isScalarValue, scalarLike } from './write-scalar.ts';
import type { Tree, TreeWriter } from './write-tree.ts';
import { isBlockScalar, isFlow, isOneLine, staysFlow, throughAlias, type YamlPair } from './yaml-nodes.ts';

/** Puts values in the place of others, of which the comments stay. */
export class ValueEdits {
  readonly #text: string;
  readonly #editable: EditableText;
  readonly #changes: TextChanges;
  readonly #writer: TreeWriter;

  constructor(text: string, editable: EditableText, changes: TextChanges, writer: TreeWriter) {
    this.#text = text;
    this.#editable = editable;
    this.#changes = changes;
    this.#writer = writer;
  }

  replaceValue(map: YAMLMap, pair: YamlPair, tree: Tree, path: JsonPath): void {
    const column = this.#changes.places.column(rangeOf(pair.key).start);
    const { value } = pair;
    const isEmpty = value === null || (isScalar(value) && rangeOf(value).start === rangeOf(value).end);
    if (!isEmpty && (map.flow === true || staysFlow(value, tree) || (isScalar(value) && isOneLine(tree)))) {
      this.replaceScalar(
        value,
        tree,
        map.flow === true ? this.#changes.places.indentOfLine(rangeOf(pair.key).start) : column,
        path,
      );
      return;
    }
    if (isAlias(value)) throw new CannotEdit(throughAlias(value.source), path, rangeOf(value).start);
    const colon = this.#text.indexOf(':', rangeOf(pair.key).end) + 1;
    if (map.flow === true) {
      this.#changes.edit(
        colon,
        colon,
        ` ${this.#writer.flow(tree, this.#changes.places.indentOfLine(rangeOf(pair.key).start))}`,
        path,
      );
      return;
    }
    this.#replaceBlock(isEmpty ? null : value, colon, tree, column, path);
  }

  /** A value that is, or becomes, several lines. What is said on the line of its key stays there. */
  #replaceBlock(value: Node | null, colon: number, tree: Tree, column: number, path: JsonPath): void {
    const isCollection = value !== null && !isScalar(value) && !isFlow(value);
    const start = value === null ? colon : rangeOf(value).start;
    const end = value === null ? colon : this.#changes.places.contentEnd(value);
    const isBelow = isCollection || this.#text.slice(colon, start).includes('\n');
    if (value !== null) this.#refuseProperties(value, colon, path);
    let text = this.#writer.afterKey(tree, column);
    const keyLineEnd = this.#editable.endOfLine(colon);
    const [, head = '', body = ''] = /^([^\r\n]*)([^]*)$/.exec(text) ?? [];
    text = body;
    if (head !== '') this.#changes.edit(colon, isBelow ? colon : end, head, path);
    else if (!isBelow && end > colon) this.#changes.guarded(colon, end, '', path);
    const below = Math.max(keyLineEnd, this.#editable.endOfLine(end));
    if (isBelow) {
      const comments = this.#changes.commentLines(keyLineEnd, below, column + this.#changes.style.indent).trimEnd();
      this.#changes.guarded(
        keyLineEnd,
        below,
        text + (comments === '' ? '' : this.#changes.style.newline + comments),
        path,
      );
    } else if (text !== '') this.#changes.edit(below, below, text, path);
  }

  /** Puts a value in place of one that stays on its line: a scalar, or one in brackets. */
  replaceScalar(value: Node, tree: Tree, column: number, path: JsonPath): void {
    if (isAlias(value)) throw new CannotEdit(throughAlias(value.source), path, rangeOf(value).start);
    const { start, end } = rangeOf(value);
    const written = this.#text.slice(start, end);
    const isBlock = isScalar(value) && isBlockScalar(value);
    if (isScalar(value) && value.tag !== undefined) throw new CannotEdit(`it has the tag "${value.tag}"`, path, start);
    const context = this.#changes.style.isJson ? 'json' : isScalar(value) && !this.#isInFlow(path) ? 'block' : 'flow';
    const text = isScalarValue(tree)
      ? scalarLike(isBlock ? '' : written, tree, context)
      : this.#writer.flow(tree, column);
    const last = isBlock ? start + written.trimEnd().length : end;
    const kept = this.#changes.commentLines(start, last, column).trim();
    this.#changes.guarded(start, last, kept === '' ? text : `${text} ${kept}`, path);
  }

  #isInFlow(path: JsonPath): boolean {
    const parent = this.#editable.find(path.slice(0, -1)).value;
    return (isMap(parent) || isSeq(parent)) && parent.flow === true;
  }

  #refuseProperties(value: Node, colon: number, path: JsonPath): void {
    const { start } = rangeOf(value);
    const before = this.#text.slice(colon, start).replace(/#[^\n]*/g, '');
    if (/[&!]/.test(before)) throw new CannotEdit('its value has an anchor or a tag', path, start);
  }
}
