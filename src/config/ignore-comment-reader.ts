import { Lexer } from 'yaml';
import type { Range } from './diagnostic.ts';
import { hideTemplates } from './env-template.ts';

/** Lines of a text from 1, both ends included. */
export interface LineSpan {
  readonly first: number;
  readonly last: number;
}

/** One `# gw-ignore …` of a text. */
export interface IgnoreComment {
  /** As written: `lint/no-tags`, `yaml/*`; empty when the comment names none. */
  readonly codes: readonly string[];
  /** What it is about; `null` is the whole file. */
  readonly lines: LineSpan | null;
  /** The comment itself. */
  readonly range: Range;
}

const form = /^#\s*gw-ignore(?<file>-file)?(?:[\s:]+(?<rest>.*))?$/;

/**
 * The `# gw-ignore` comments of a YAML text, in order. Behind something, one is about its line; alone on a line, about
 * the next line that is not blank or a comment, and about what is nested below that line. JSON has no comments.
 */
export function readIgnoreComments(text: string): readonly IgnoreComment[] {
  if (!text.includes('gw-ignore')) return [];
  const lines = text.split('\n');
  return commentsOf(text).flatMap(({ comment, offset, line }) => {
    const groups = form.exec(comment)?.groups;
    if (groups === undefined) return [];
    const column = offset - text.lastIndexOf('\n', offset - 1);
    const isAlone = text.slice(offset - column + 1, offset).trim() === '';
    const own = { first: line, last: line };
    return {
      codes: readCodes(groups.rest ?? ''),
      lines: groups.file === undefined ? (isAlone ? blockAfter(lines, line) : own) : null,
      range: {
        start: { line, column, offset },
        end: { line, column: column + comment.length, offset: offset + comment.length },
      },
    };
  });
}

interface Comment {
  readonly comment: string;
  readonly offset: number;
  readonly line: number;
}

/** What the lexer puts before tokens to tell what follows; they are no part of the text. */
const marks = new Set(['\u0002', '\u0018', '\u001f']);

/** Only the lexer knows a comment from a `#` in a quoted or block scalar. */
function commentsOf(text: string): readonly Comment[] {
  const comments: Comment[] = [];
  let offset = 0;
  let line = 1;
  let isScalar = false;
  for (const token of new Lexer().lex(hideTemplates(text).text)) {
    if (marks.has(token)) {
      isScalar = token === '\u001f';
      continue;
    }
    if (token.startsWith('#') && !isScalar) comments.push({ comment: token.trimEnd(), offset, line });
    isScalar = false;
    offset += token.length;
    for (let at = token.indexOf('\n'); at !== -1; at = token.indexOf('\n', at + 1)) line++;
  }
  return comments;
}

/** `a/b, c/d -- why` holds `a/b` and `c/d`. */
function readCodes(rest: string): readonly string[] {
  const [list = ''] = rest.split(/(?:^|\s)--(?:\s|$)/, 1);
  return list.split(/[\s,]+/).filter((code) => code !== '');
}

const isFiller = (line: string): boolean => /^\s*(?:#.*)?$/.test(line);

/** The next line with something on it, and the lines below that are indented more or are items of its list. */
function blockAfter(lines: readonly string[], comment: number): LineSpan {
  let first = comment + 1;
  while (first <= lines.length && isFiller(lines[first - 1] ?? '')) first++;
  const head = lines[first - 1] ?? '';
  const indent = indentOf(head);
  const holdsItems = !isItem(head);
  let last = first;
  for (let line = first + 1; line <= lines.length; line++) {
    const text = lines[line - 1] ?? '';
    if (isFiller(text)) continue;
    const isNested = indentOf(text) > indent || (indentOf(text) === indent && holdsItems && isItem(text));
    if (!isNested) break;
    last = line;
  }
  return { first, last };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isItem(line: string): boolean {
  return /^\s*-(?:\s|$)/.test(line);
}
