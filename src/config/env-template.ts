import type { OffsetRange } from './source.ts';

/** One `${{ … }}` of a text, decoded. */
export interface EnvTemplate extends OffsetRange {
  /** What stands between the braces. */
  readonly expression: string;
}

/** How templates are filled in. */
export interface EnvOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Put placeholders where a variable is not set. */
  readonly mockEnv: boolean;
}

/** Result of {@link expandTemplate}: a text, or what is wrong. */
export type Expansion =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: 'env/syntax' | 'env/name' | 'env/unset'; readonly message: string };

const OPEN = '${{';
const CLOSE = '}}';

/** Marks the start of a stand-in; private-use characters, so that no real text is taken for one. */
const STAND_IN = '\uE0F0';
const FILLER = '\uE0F1';
const standIn = new RegExp(`${STAND_IN}([0-9a-z]+)${FILLER}*`, 'g');

/**
 * Puts a stand-in of equal length in place of each template, as decK expands templates before it reads YAML: they may
 * stand where YAML would not take their braces. Comment lines are left alone.
 */
export function hideTemplates(text: string): { readonly text: string; readonly templates: readonly EnvTemplate[] } {
  const templates: EnvTemplate[] = [];
  if (!text.includes(OPEN)) return { text, templates };
  let hidden = '';
  let done = 0;
  for (const { start, end } of findTemplates(text)) {
    const mark = STAND_IN + templates.length.toString(36);
    if (mark.length > end - start) continue;
    templates.push({ start, end, expression: text.slice(start + OPEN.length, end - CLOSE.length).trim() });
    hidden += text.slice(done, start) + mark.padEnd(end - start, FILLER);
    done = end;
  }
  return { text: hidden + text.slice(done), templates };
}

/** Looks line by line, and at each character once: a line may hold very many of them. */
function* findTemplates(text: string): Generator<OffsetRange> {
  for (let at = text.indexOf(OPEN); at >= 0; ) {
    const lineStart = text.lastIndexOf('\n', at) + 1;
    const next = text.indexOf('\n', at);
    const line = text.slice(lineStart, next < 0 ? text.length : next);
    if (!/^[ \t]*#/.test(line)) {
      for (const { start, end } of findInLine(line)) yield { start: lineStart + start, end: lineStart + end };
    }
    at = next < 0 ? -1 : text.indexOf(OPEN, next);
  }
}

/** From each opening to the next closing. */
function* findInLine(line: string): Generator<OffsetRange> {
  for (let end = 0; ; ) {
    const start = line.indexOf(OPEN, end);
    const close = start < 0 ? -1 : line.indexOf(CLOSE, start + OPEN.length);
    if (close < 0) return;
    end = close + CLOSE.length;
    yield { start, end };
  }
}

/** Whether a scalar holds a stand-in. */
export function hasStandIn(text: string): boolean {
  return text.includes(STAND_IN);
}

/** Puts what `expand` says in place of each stand-in. */
export function replaceStandIns(
  text: string,
  templates: readonly EnvTemplate[],
  expand: (template: EnvTemplate) => string,
): string {
  return text.replace(standIn, (whole, number: string) => {
    const template = templates[parseInt(number, 36)];
    return template === undefined ? whole : expand(template);
  });
}

const word = String.raw`(?:"((?:[^"\\]|\\.)*)"|\\"((?:[^"\\])*)\\"|\`([^\`]*)\`|'([^']*)')`;
const call = new RegExp(`^env\\s+${word}`);
/** One filter: a name and, for some, a number or a text. */
const filterCall = new RegExp(`\\s*\\|\\s*(\\w+)(?:[ \\t]+(?:(\\d+)|${word}))?`, 'y');

interface Filter {
  readonly kind: string;
  /** `null` when none was given. */
  readonly argument: string | null;
}

/** Reads the filters of a template from `start` to its end; `null` when there is anything else. */
function readFilters(expression: string, start: number): readonly Filter[] | null {
  const filters: Filter[] = [];
  filterCall.lastIndex = start;
  while (filterCall.lastIndex < expression.length) {
    const match = filterCall.exec(expression);
    if (match === null) return null;
    const [, kind = '', ...given] = match;
    filters.push({ kind, argument: given.find((part) => (part as string | undefined) !== undefined) ?? null });
  }
  return filters;
}

/**
 * Fills in one template: `env "DECK_X"`, optionally piped through toBool, toInt, toFloat, `indent n` or, for a variable
 * that is not set or empty, `default "text"`.
 */
export function expandTemplate(expression: string, options: EnvOptions): Expansion {
  const match = call.exec(expression);
  const filters = match === null ? null : readFilters(expression, match[0].length);
  if (match === null || filters === null) {
    const message =
      'a template must read ${{ env "DECK_NAME" }}, optionally with | toBool, toInt, toFloat, indent N or default "text"';
    return { ok: false, code: 'env/syntax', message };
  }
  const name = match[1] ?? match[2] ?? match[3] ?? match[4] ?? '';
  if (!name.startsWith('DECK_')) {
    return { ok: false, code: 'env/name', message: `environment variable "${name}" does not begin with "DECK_"` };
  }
  const value = options.env[name] ?? '';
  const fallback = filters.find(({ kind }) => kind === 'default')?.argument ?? null;
  if (value === '' && fallback === null) {
    if (options.mockEnv) return { ok: true, text: placeholder(name, filters) };
    return { ok: false, code: 'env/unset', message: `environment variable "${name}" is not set` };
  }
  return applyFilters(name, value, filters);
}

function placeholder(name: string, filters: readonly Filter[]): string {
  if (filters.some(({ kind }) => kind === 'toBool')) return 'false';
  return filters.some(({ kind }) => kind === 'toInt' || kind === 'toFloat') ? '42' : name;
}

/** The value itself must not get into a message: it may be a secret. */
function applyFilters(name: string, value: string, filters: readonly Filter[]): Expansion {
  let text = value;
  for (const { kind, argument } of filters) {
    if (kind === 'indent') {
      text = text.replaceAll('\n', `\n${' '.repeat(Math.min(Number(argument ?? 0), 100))}`);
      continue;
    }
    if (kind === 'default') {
      if (argument === null)
        return { ok: false, code: 'env/syntax', message: '"default" needs a text: default "text"' };
      if (text === '') text = argument;
      continue;
    }
    const accepts = filterPatterns.get(kind);
    if (accepts === undefined) return { ok: false, code: 'env/syntax', message: `unknown template function "${kind}"` };
    if (!accepts.test(text)) {
      const message = `the value of environment variable "${name}" does not fit "${kind}"`;
      return { ok: false, code: 'env/syntax', message };
    }
  }
  return { ok: true, text };
}

const filterPatterns: ReadonlyMap<string, RegExp> = new Map([
  ['toBool', /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/],
  ['toInt', /^[-+]?\d+$/],
  ['toFloat', /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/],
]);
