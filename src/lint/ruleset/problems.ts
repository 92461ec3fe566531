import type { ConfigDocument, Part } from '../../config/document.ts';
import type { JsonPath } from '../../lib/json.ts';

/** Something wrong with a ruleset. */
export interface RulesetProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/** A ruleset cannot be used: wrong usage, not a finding. The message has a line `file:line:column: …` per problem. */
export class RulesetError extends Error {
  readonly problems: readonly RulesetProblem[];

  constructor(problems: readonly RulesetProblem[]) {
    super(problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
    this.name = 'RulesetError';
    this.problems = problems;
  }
}

/** Gathers what is wrong with one file, so that one run tells everything. */
export class RulesetProblems {
  readonly #list: RulesetProblem[] = [];

  add(document: ConfigDocument, path: JsonPath, message: string, at: Part = 'value'): void {
    const { start } = document.locate(path, at).range;
    this.addAt(document.source.name, start.line, start.column, message);
  }

  addAt(file: string, line: number, column: number, message: string): void {
    this.#list.push({ file, line, column, message });
  }

  /** @throws {RulesetError} when there is any problem */
  assertNone(): void {
    if (this.#list.length > 0) throw new RulesetError(this.#list);
  }
}
