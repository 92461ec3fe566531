import { Lexer } from 'yaml';
import type { ConfigDocument } from '../document.ts';
import { CannotEdit } from './cannot-edit.ts';

/** Marks of template languages that gw does not fill in itself: Helm, Go, Jinja, ERB. */
const otherTemplates = new RegExp(
  [
    String.raw`(?<!\$)\{\{-?\s*(?:\.[A-Za-z]|\$[.\w]|(?:if|else|end|range|with|include|template|define|tpl|toYaml|env|getenv|required|default|lookup|vars?)\b)`,
    String.raw`\{%-?\s*(?:if|for|set|end|include|raw|block|macro)`,
    String.raw`<%[=-]?\s`,
  ].join('|'),
  'g',
);

/** Refuses files that cannot be edited at all. @throws {CannotEdit} */
export function checkEditable({ source, findings, isReadable }: ConfigDocument): void {
  if (!isReadable) throw new CannotEdit('it is not YAML', []);
  const extra = findings.find(({ code }) => code === 'yaml/extra-document');
  if (extra !== undefined) throw new CannotEdit('the file holds several YAML documents', [], extra.range.start.offset);
  const template = [...source.text.matchAll(otherTemplates)].find(({ index }) => !isInScalar(source.text, index));
  if (template === undefined) return;
  throw new CannotEdit('the file is made from a template, or is one', [], template.index);
}

/** What the lexer puts before tokens to tell what follows; the last one stands before plain and block scalars. */
const marks = new Set(['\u0002', '\u0018', '\u001f']);

/** Whether an offset is in quotes or in a block scalar: what stands there was read as text and stays as it is. */
function isInScalar(text: string, wanted: number): boolean {
  let offset = 0;
  let isBlock = false;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (marks.has(token)) {
      isScalar = token === '\u001f';
      continue;
    }
    if (wanted < offset + token.length) return /^["']/.test(token) || (isScalar && isBlock);
    if (isScalar) isBlock = false;
    else if (/^[|>][-+\d]*$/.test(token)) isBlock = true;
    isScalar = false;
    offset += token.length;
  }
  return false;
}
