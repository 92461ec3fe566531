import fc from 'fast-check';
import t from 'tap';
import { isScalar, parseDocument, type YAMLMap } from 'yaml';
import { scalarOffsets } from '../../src/config/scalar-offsets.ts';

interface Found {
  readonly value: string;
  readonly written: string;
  readonly offsets: readonly number[] | null;
}

/** The value of the only key of a text, with its places; `null` when the text is no YAML. */
function read(text: string): Found | null {
  const document = parseDocument(text, { logLevel: 'silent' });
  const node = (document.contents as YAMLMap).get('e', true);
  if (document.errors.length > 0 || !isScalar(node) || typeof node.value !== 'string') return null;
  const written = text.slice(node.range![0], node.range![1]);
  return { value: node.value, written, offsets: scalarOffsets(written, node.type, node.value) };
}

/** Where the part of the value is found in the text. */
function placed(text: string, part: string): string {
  const found = read(text);
  const at = found?.offsets?.[found.value.indexOf(part)];
  return at === undefined ? 'nowhere' : found!.written.slice(at, at + part.length);
}

t.test('a part of a scalar is found in every style', async (t) => {
  t.equal(placed('e: a == "b"\n', '== '), '== ');
  t.equal(placed(`e: 'it''s == "b"'\n`, '=='), '==');
  t.equal(placed('e: "a \\"b\\" \\u00e9\\U0001f600 == c"\n', '=='), '==');
  t.equal(placed('e: |\n  a\n   b == "c"\n', '=='), '==');
  t.equal(placed('e: |2-\n    a\n   b == "c"\n', '=='), '==');
  t.equal(placed('e: >-  # folded\n  a\n  b\n\n  c\n    d\n  e == f\n', '=='), '==');
  t.equal(placed('e: >+\n\n  a\n\n\n  b == c\n\n', '=='), '==');
  t.equal(placed('e: a\n  b\n\n  c == d\n', '=='), '==');
  t.equal(placed('e: "a\n  b \\\n   \\ c\n\n\n  d == e"\n', '=='), '==');
  t.equal(placed("e: 'a\n\n  b == e'\n", '=='), '==');
  t.equal(placed('e: |\r\n  a\r\n  b == c\r\n', '=='), '==');
});

t.test('an offset leads to the character itself, in whatever way a text is written', async () => {
  const word = fc.constantFrom('a', 'bc', '=', '"', "'", '\\', '  ', '\n', '\n\n', '\n ', 'é', '\u{1f600}', '#', ':');
  const value = fc.array(word, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
  const style = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED');
  fc.assert(
    fc.property(value, style, fc.constantFrom(0, 12, 80), (wanted, type, lineWidth) => {
      const document = parseDocument('e: x\n');
      const node = (document.contents as YAMLMap).get('e', true)!;
      node.value = wanted;
      node.type = type;
      const found = read(document.toString({ lineWidth, minContentWidth: 0 }));
      if (found !== null && found.value.trim() !== '') checkPlaces(found);
    }),
    { numRuns: 3_000 },
  );
});

/** Letters are written as themselves in every style. */
function checkPlaces({ value, written, offsets }: Found): void {
  if (offsets?.length !== value.length + 1) throw new Error(`no places for ${JSON.stringify(written)}`);
  for (const { index } of value.matchAll(/[a-z=]/g)) {
    if (written.charAt(offsets[index]!) !== value.charAt(index))
      throw new Error(JSON.stringify({ value, written, index }));
  }
}

t.test('a text of a megabyte has places, too', async (t) => {
  for (const text of ["e: '", 'e: "', 'e: ', 'e: |\n  ', 'e: >\n  ']) {
    const quote = /['"]/.exec(text)?.[0] ?? '';
    const found = read(`${text}${'ab '.repeat(350_000)}c${quote}\n`);
    t.equal(found!.offsets?.length, found!.value.length + 1, text);
  }
});
