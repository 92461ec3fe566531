import type { JsonPath } from '../../lib/json.ts';

/** A place of a file that may not be edited, and why. Thrown inside this folder, answered as a refusal. */
export class CannotEdit extends Error {
  override readonly name = 'CannotEdit';
  /** Where, as an offset into the text; `null` when {@link path} says it. */
  readonly offset: number | null;
  readonly path: JsonPath;

  /** `reason` completes "cannot be written: …". */
  constructor(reason: string, path: JsonPath, offset: number | null = null) {
    super(reason);
    this.path = path;
    this.offset = offset;
  }
}
