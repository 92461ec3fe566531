/** What `--color` takes. */
export const colorChoices = ['auto', 'always', 'never'] as const;

/** When to colour. */
export type ColorChoice = (typeof colorChoices)[number];

/**
 * Whether to colour what goes to `stream`. An explicit choice wins; `auto` obeys `NO_COLOR` (any text), then
 * `FORCE_COLOR` (anything but `0`), and otherwise colours on a terminal only.
 */
export function wantsColor(choice: ColorChoice, stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Writes a result to stdout, with a line end. */
export function printResult(text: string): void {
  writeLine(process.stdout, text);
}

/** Writes what is not a result (progress, warnings, refusals) to stderr, with a line end. */
export function printNote(text: string): void {
  writeLine(process.stderr, text);
}

function writeLine(stream: NodeJS.WritableStream, text: string): void {
  if (text === '') return;
  stream.write(text.endsWith('\n') ? text : `${text}\n`);
}

/**
 * Text that came from elsewhere (a provider, a file name), made harmless for a terminal: every control and formatting
 * character, line ends included, becomes `�`, so that it can neither move the cursor nor pretend to be another line.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\u{FFFD}');
}
