import type { ConfigDocument } from '../document.ts';
import { CannotEdit } from './cannot-edit.ts';

/** Marks of template languages that gw does not fill in itself: Helm, Go, Jinja, ERB. */
const otherTemplates = new RegExp(
  [
    String.raw`(?<!\$)\{\{-?\s*(?:\.[A-Za-z]|\$[.\w]|(?:if|else|end|range|with|include|template|define|tpl|toYaml|env|getenv|required|default|lookup|vars?)\b)`,
    String.raw`\{%-?\s*(?:if|for|set|end|include|raw|block|macro)`,
    String.raw`<%[=-]?\s`,
  ].join('|'),
);

/** Refuses files that cannot be edited at all. @throws {CannotEdit} */
export function checkEditable({ source, findings, isReadable }: ConfigDocument): void {
  if (!isReadable) throw new CannotEdit('it is not YAML', []);
  const extra = findings.find(({ code }) => code === 'yaml/extra-document');
  if (extra !== undefined) throw new CannotEdit('the file holds several YAML documents', [], extra.range.start.offset);
  const template = otherTemplates.exec(source.text);
  if (template === null) return;
  throw new CannotEdit('the file is made from a template, or is one', [], template.index);
}
