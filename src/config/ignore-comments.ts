import { nearest } from '../lib/nearest.ts';
import type { Diagnostic } from './diagnostic.ts';
import { diagnosticCodes } from './diagnostic-codes.ts';
import { type IgnoreComment, readIgnoreComments } from './ignore-comment-reader.ts';
import { isOnlineCode, matchesCode } from './severities.ts';
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
 * are all errors but those of the groups `lint` and `test`, stay: only the file itself can be put right.
 */
export function applyIgnores(
  sources: readonly Source[],
  diagnostics: readonly Diagnostic[],
  options: IgnoreOptions,
): readonly Diagnostic[] {
  const ignores = sources.flatMap(ignoresOf);
  if (ignores.length === 0) return diagnostics;
  const ignored = new Set<Diagnostic>();
  const complaints = ignores.flatMap((ignore) => {
    const matching = diagnostics.filter((finding) => isAbout(ignore, finding));
    const removable = matching.filter((finding) => !stopsStart(finding));
    for (const finding of removable) ignored.add(finding);
    if (removable.length > 0) return [];
    return matching.length > 0 ? [refuse(ignore)] : complain(ignore, options);
  });
  const kept = diagnostics.filter((finding) => !ignored.has(finding));
  return complaints.length === 0 ? kept : inOrder(sources, [...kept, ...complaints]);
}

/** One code of one comment. */
interface Ignore {
  readonly file: string;
  /** Empty when the comment names none. */
  readonly code: string;
  readonly comment: IgnoreComment;
}

function ignoresOf({ name, text }: Source): readonly Ignore[] {
  return readIgnoreComments(text).flatMap((comment) => {
    const codes = comment.codes.length === 0 ? [''] : comment.codes;
    return codes.map((code) => ({ file: name, code, comment }));
  });
}

function isAbout({ file, code, comment }: Ignore, finding: Diagnostic): boolean {
  if (finding.file !== file || !matchesCode(code, finding.code)) return false;
  const { line } = finding.range.start;
  return comment.lines === null || (line >= comment.lines.first && line <= comment.lines.last);
}

function stopsStart({ severity, code }: Diagnostic): boolean {
  return severity === 'error' && !/^(?:lint|test)\//.test(code) && !isOnlineCode(code);
}

function refuse(ignore: Ignore): Diagnostic {
  const message = `"gw-ignore" cannot hide "${ignore.code}" here: it is an error that stops gw from starting`;
  return warn(ignore, 'ignore/unused', message, 'put the config right and remove the comment');
}

function complain(ignore: Ignore, { knownCodes, isChecked }: IgnoreOptions): readonly Diagnostic[] {
  const { code } = ignore;
  if (code === '') {
    const hint = 'write "# gw-ignore CODE", with the code that a finding ends with';
    return [warn(ignore, 'ignore/unknown-code', '"gw-ignore" names no code', hint)];
  }
  const meant = [...knownCodes].filter((known) => matchesCode(code, known));
  if (meant.length === 0) {
    const near = nearest(code, knownCodes);
    const hint = near === null ? '"gw help codes" lists the codes' : `did you mean "${near}"?`;
    return [warn(ignore, 'ignore/unknown-code', `"gw-ignore" names "${code}", and there is no such code`, hint)];
  }
  if (!meant.some(isChecked)) return [];
  return [warn(ignore, 'ignore/unused', `there is no "${code}" here to ignore`, 'remove it from the comment')];
}

function warn({ file, comment }: Ignore, code: string, message: string, hint: string): Diagnostic {
  const severity = diagnosticCodes[code]?.severity ?? 'warning';
  return { code, severity, message, hint, file, range: comment.range, path: [], entity: null };
}

/** The order of `loadConfig`: of the sources, then of the text. */
function inOrder(sources: readonly Source[], diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const order = new Map(sources.map(({ name }, index) => [name, index]));
  return [...diagnostics].sort(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.range.start.offset - b.range.start.offset,
  );
}
