import { Composer, type CST, type Document, type LineCounter, type Node, Parser } from 'yaml';
import { readSimpleYaml } from './simple-yaml/block-reader.ts';

/** More aliases than this are an attack, not a config; counted before the text is parsed. */
const MAX_ALIASES = 100_000;

/** The parser needs forty times the memory of a text in double quotes; longer ones are no part of a config. */
const MAX_QUOTED = 2 * 1024 * 1024;

/** Where more levels than this begin, nothing is read; the values themselves have a lower limit. */
const MAX_LEVELS = 1_000;

/** Something wrong with a text as YAML; offsets count UTF-16 units. */
export interface SyntaxProblem {
  readonly code: 'yaml/syntax' | 'yaml/too-deep' | 'yaml/too-long' | 'yaml/alias-bomb' | 'yaml/extra-document';
  readonly message: string;
  readonly hint?: string;
  readonly start: number;
  readonly end: number;
}

/** The first document of a text, `null` if it cannot be used, and what was found on the way. */
export interface ParsedText {
  readonly document: Document.Parsed | null;
  readonly problems: readonly SyntaxProblem[];
}

/** The root of the first document of a text. */
export interface ReadText {
  readonly root: Node | null;
  /** False when the text cannot be used at all. */
  readonly isReadable: boolean;
  readonly problems: readonly SyntaxProblem[];
}

/** Reads the first document of a text: the quick way where that is certain to say the same, else the whole way. */
export function readFirstDocument(text: string, lines: LineCounter): ReadText {
  const simple = readSimpleYaml(text, lines);
  if (simple !== null) return { root: simple, isReadable: true, problems: [] };
  const { document, problems } = parseFirstDocument(text, lines);
  return { root: document?.contents ?? null, isReadable: document !== null, problems };
}

/**
 * Parses the first YAML (or JSON) document of a text, as Kong reads it, and tells `lines` where lines begin. Scalars
 * are left as text. Only the first syntax error is reported: the parser's further ones mostly follow from it.
 */
export function parseFirstDocument(text: string, lines: LineCounter): ParsedText {
  if (hasTooManyAliases(text)) {
    const message = `more than ${MAX_ALIASES} aliases: this is not read any further`;
    return { document: null, problems: [{ code: 'yaml/alias-bomb', message, start: 0, end: 0 }] };
  }
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
  const tokens = new CheckedTokens(new Parser(lines.addNewLine).parse(text));
  const problems: SyntaxProblem[] = [];
  let first: Document.Parsed | null = null;
  for (const document of composer.compose(tokens, true, text.length)) {
    if (tokens.problem !== null) return { document: null, problems: [tokens.problem] };
    if (first !== null) {
      const message = 'only the first YAML document of a file counts; this one and any further are not read';
      const [start] = document.range;
      problems.push({ code: 'yaml/extra-document', message, start, end: start });
      break;
    }
    first = document;
  }
  const error = first?.errors[0];
  if (error === undefined) return { document: first, problems };
  const [start, end] = error.pos;
  return { document: null, problems: [...problems, explain(error.code, error.message, start, end)] };
}

/**
 * The documents of a parser up to the first that must not be composed: composing calls itself for each level, and a
 * stack that overflows there may take the process with it.
 */
class CheckedTokens implements Iterable<CST.Token> {
  problem: SyntaxProblem | null = null;
  readonly #tokens: Iterable<CST.Token>;

  constructor(tokens: Iterable<CST.Token>) {
    this.#tokens = tokens;
  }

  *[Symbol.iterator](): Generator<CST.Token> {
    for (const token of this.#tokens) {
      this.problem = token.type === 'document' ? findExcess(token) : null;
      if (this.problem !== null) return;
      yield token;
    }
  }
}

/** What is too deep or too long in a document; looks at all of it without calling itself. */
function findExcess(document: CST.Document): SyntaxProblem | null {
  const waiting: (readonly [CST.Token, depth: number])[] = document.value === undefined ? [] : [[document.value, 1]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [token, depth] = next;
    const start = token.offset;
    if (depth > MAX_LEVELS) {
      return { code: 'yaml/too-deep', message: 'values are nested too deeply to be a config', start, end: start };
    }
    if (token.type === 'double-quoted-scalar' && token.source.length > MAX_QUOTED) {
      const message = `a text of more than ${MAX_QUOTED / (1024 * 1024)} MB in quotes is no part of a config`;
      return { code: 'yaml/too-long', message, start, end: start };
    }
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      for (const part of [value, key]) if (part !== undefined && part !== null) waiting.push([part, depth + 1]);
    }
  }
  return null;
}

function hasTooManyAliases(text: string): boolean {
  const alias = /(?<=[\s,[{:-])\*[A-Za-z0-9_]/g;
  let count = 0;
  while (count <= MAX_ALIASES && alias.exec(text) !== null) count++;
  return count > MAX_ALIASES;
}

function explain(code: string, text: string, start: number, end: number): SyntaxProblem {
  const plain = (text.split('\n')[0] ?? text)
    .replace(/ at line \d+, column \d+:?$/, '')
    .replace(/[.:]$/, '')
    .replace('"quote', 'double quote')
    .replace("'quote", 'single quote');
  const message = `this is not valid YAML: ${plain.charAt(0).toLowerCase()}${plain.slice(1)}`;
  const hint = hints.get(code);
  return { code: 'yaml/syntax', message, start, end, ...(hint === undefined ? {} : { hint }) };
}

const hints: ReadonlyMap<string, string> = new Map([
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['BAD_SCALAR_START', 'quote a text that begins with @, ` or %'],
  ['BLOCK_AS_IMPLICIT_KEY', 'check the indentation, or quote a text that contains ": "'],
  ['MULTILINE_IMPLICIT_KEY', 'check the indentation, or a missing ":" after a key'],
  ['MISSING_CHAR', 'look for a missing quote, comma or bracket just before this place'],
  ['BAD_INDENT', 'check the indentation'],
]);
