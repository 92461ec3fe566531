import { formatJson } from '../../src/cli/formats/json.ts';
import { formatStylish } from '../../src/cli/formats/stylish.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { PluginCatalog } from '../../src/pdk/catalog.ts';

/**
 * Loads a text, prints what was found, and tells what makes no sense about it: a place outside the text, entities in
 * spite of errors, control characters in the output. `null` when all is well.
 */
export function senseless(text: string, catalog: PluginCatalog): string | null {
  const result = loadConfig([{ name: 'k', text }], { catalog, now: 0 });
  const source = result.sources[0]?.text ?? '';
  const lines = countLines(source);
  for (const { code, range } of result.diagnostics) {
    const { start, end } = range;
    const isInText = start.offset >= 0 && start.offset <= end.offset && end.offset <= source.length;
    if (!isInText || start.line < 1 || start.line > lines || start.column < 1) return `${code} is outside the text`;
  }
  const hasErrors = result.diagnostics.some(({ severity }) => severity === 'error');
  if (hasErrors !== (result.entities === null)) return 'entities and errors do not fit';
  const people = formatStylish(result, { color: false });
  const isRaw =
    /[\u0000-\u0009\u000b-\u001f\u007f]/.test(people) || /[\u0000-\u0009\u000b-\u001f]/.test(formatJson(result));
  return isRaw ? 'a control character is printed' : null;
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
