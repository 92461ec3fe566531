import type { JsonPath } from '../../lib/json.ts';
import type { ConfigDocument } from '../document.ts';
import type { Findings } from '../findings.ts';

/** Gathers what a conversion cannot do by itself, as findings at their places in the original text. */
export class ConversionNotes {
  readonly #document: ConfigDocument;
  readonly #findings: Findings;

  constructor(document: ConfigDocument, findings: Findings) {
    this.#document = document;
    this.#findings = findings;
  }

  /** Something that a person has to change. */
  byHand(path: JsonPath, message: string, hint: string): void {
    this.#findings.add('convert/by-hand', this.#document, path, message, { at: 'key', hint });
  }

  /** Something that the other dialect cannot say and that is left out. */
  leftOut(path: JsonPath, message: string, hint: string): void {
    this.#findings.add('convert/left-out', this.#document, path, message, { at: 'key', hint });
  }
}
