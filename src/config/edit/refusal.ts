import type { ConfigDocument } from '../document.ts';
import type { CannotEdit } from './cannot-edit.ts';

/** A change that cannot be written, and what to tell the one who asked for it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Its position among the changes; `null` when it is not about one of them. */
  readonly change: number | null;

  constructor(change: number | null, message: string) {
    super(message);
    this.change = change;
  }
}

/** The refusal that comes of a place in a file. `what` names the entity. */
export function refusalAt(error: CannotEdit, document: ConfigDocument, what: string, change: number | null): Refusal {
  const line = lineOf(error, document);
  const message = `${what} cannot be changed in ${document.source.name}:${line}: ${error.message} (edit the file by hand)`;
  return new Refusal(change, message);
}

function lineOf({ offset, path }: CannotEdit, document: ConfigDocument): number {
  if (offset === null) return document.locate(path, 'key').range.start.line;
  return document.source.text.slice(0, offset).split('\n').length;
}
