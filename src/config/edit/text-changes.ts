import type { Node } from 'yaml';
import type { JsonPath } from '../../lib/json.ts';
import type { EditableText } from '../convert/editable-text.ts';
import { CannotEdit } from './cannot-edit.ts';
import { TextMarks } from './text-marks.ts';
import { TextPlaces } from './text-places.ts';
import { styleOf, type YamlStyle } from './yaml-style.ts';

/** Lines to be put in at an offset. Of several at one place the deeper ones come first: they end what is above. */
interface Insertion {
  readonly at: number;
  readonly depth: number;
  readonly text: string;
}

/** The changes of one text: nothing that is still needed may go with them. */
export class TextChanges {
  readonly style: YamlStyle;
  readonly places: TextPlaces;
  readonly marks: TextMarks;
  readonly #text: string;
  readonly #editable: EditableText;
  readonly #insertions: Insertion[] = [];

  constructor(text: string, editable: EditableText, root: Node | null) {
    this.#text = text;
    this.#editable = editable;
    this.style = styleOf(text, root);
    this.places = new TextPlaces(text, editable);
    this.marks = new TextMarks(text, root);
  }

  /** The text with everything done. */
  result(): string {
    for (const [at, text] of this.#insertionsByPlace()) this.edit(at, at, text, []);
    this.#insertions.length = 0;
    return this.#editable.result();
  }

  /** Comments of a stretch as lines of their own. */
  commentLines(start: number, end: number, column: number, isKept: (offset: number) => boolean = () => true): string {
    const kept = this.marks.commentsIn(start, end).filter((comment) => isKept(comment.start));
    return kept.map(({ text }) => ' '.repeat(column) + text + this.style.newline).join('');
  }

  insertLines(at: number, depth: number, text: string): void {
    this.#insertions.push({ at, depth, text });
  }

  /** At the end of a text without a last line break the line comes behind one. */
  #insertionsByPlace(): ReadonlyMap<number, string> {
    const { newline } = this.style;
    const places = new Map<number, string[]>();
    for (const { at, text } of [...this.#insertions].sort((a, b) => b.depth - a.depth)) {
      const texts = places.get(at);
      if (texts === undefined) places.set(at, [text]);
      else texts.push(text);
    }
    return new Map(
      [...places].map(([at, texts]) => {
        const text = texts.join(newline);
        const isLineStart = at === 0 || this.#text[at - 1] === '\n';
        return [at, isLineStart ? text + newline : newline + text];
      }),
    );
  }

  /** An edit that takes something away, which no alias may need. */
  guarded(start: number, end: number, text: string, path: JsonPath): void {
    const anchor = this.marks.sharedAnchor(start, end);
    if (anchor !== null) throw new CannotEdit(`an alias uses the anchor "&${anchor}" in it`, path, start);
    this.edit(start, end, text, path);
  }

  edit(start: number, end: number, text: string, path: JsonPath): void {
    if (start === end && text === '') return;
    if (!this.#editable.edit({ start, end, text }))
      throw new CannotEdit('another change is made at this place', path, start);
  }
}
