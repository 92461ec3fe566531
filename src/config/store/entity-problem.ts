import type { JsonObject } from '../../lib/json.ts';

/** Kong's numbers for what is wrong with a write, with their names. */
export const problemNames = {
  1: 'invalid primary key',
  2: 'schema violation',
  3: 'primary key violation',
  4: 'foreign key violation',
  5: 'unique constraint violation',
  13: 'foreign keys unresolved',
} as const;

/** One of Kong's numbers. */
export type ProblemCode = keyof typeof problemNames;

/** A write that may not be done; nothing was changed. Neither message nor fields hold a secret. */
export class EntityProblem extends Error {
  override readonly name = 'EntityProblem';
  readonly code: ProblemCode;
  /** What is wrong, in the shape of the entity. */
  readonly fields: JsonObject;

  /** @param message names entity, field and reason: it is all that decK prints */
  constructor(code: ProblemCode, message: string, fields: JsonObject) {
    super(message);
    this.code = code;
    this.fields = fields;
  }
}
