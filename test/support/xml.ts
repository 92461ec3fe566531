/**
 * Tags of an XML text that are not closed in order; empty for a well-formed one.
 * @throws when something between the tags is not XML
 */
export function openTags(xml: string): readonly string[] {
  const open: string[] = [];
  const piece = /<\?xml [^<>]*\?>|<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|[^<>]+/y;
  while (piece.lastIndex < xml.length) {
    const at = piece.lastIndex;
    const match = piece.exec(xml);
    if (match === null) throw new Error(`not XML: ${xml.slice(at, at + 80)}`);
    const [text, slash, name, , empty] = match;
    if (/&(?!amp;|lt;|gt;|quot;|apos;)/.test(text)) throw new Error(`a bare "&": ${text}`);
    if (name === undefined || empty === '/') continue;
    if (slash !== '/') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else throw new Error(`</${name}> closes <${open.at(-1) ?? ''}>`);
  }
  return open;
}
