import { isMap, isScalar, Scalar, type Node } from 'yaml';
import type { JsonPath } from '../../src/lib/json.ts';
import type { MutationKind, Target } from './mutation-targets.ts';
import type { SeededRandom } from './random.ts';

/** A text with one mistake in it. */
export interface Mutation {
  readonly kind: MutationKind;
  readonly path: JsonPath;
  readonly text: string;
  /** What was done, for people. */
  readonly summary: string;
  /** Lines, from 1, on which a finding about the mistake may stand. */
  readonly lines: ReadonlySet<number>;
}

/** Makes the mistake of a target; `null` where the text does not allow it without changing more. */
export function mutate(text: string, target: Target, random: SeededRandom): Mutation | null {
  const edit = editOf(text, target, random);
  if (edit === null) return null;
  const mutated = text.slice(0, edit.start) + edit.replacement + text.slice(edit.end);
  const shift = edit.replacement.length - (edit.end - edit.start);
  const lines = new Set<number>();
  const from = Math.min(edit.start, target.pair?.key.range?.[0] ?? edit.start);
  addLines(lines, mutated, from, edit.start + edit.replacement.length);
  for (const offset of edit.related) addLines(lines, mutated, offset >= edit.end ? offset + shift : offset, null);
  const was = text.slice(edit.start, Math.min(edit.end, edit.start + 40)).replaceAll('\n', '↵');
  return { kind: target.kind, path: target.path, text: mutated, summary: `${was} → ${edit.replacement}`, lines };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** Offsets, before the edit, of other places where a finding may stand. */
  readonly related: readonly number[];
}

function editOf(text: string, target: Target, random: SeededRandom): Edit | null {
  switch (target.kind) {
    case 'rename key':
      return rename(text, target, random);
    case 'remove required':
      return remove(text, target);
    case 'wrong type':
      return replace(text, target.value, wrongType(target, random));
    case 'bad value':
      return replace(text, target.value, JSON.stringify(misspell(valueOf(target.value), target.right, random)));
    case 'out of range':
      return replace(text, target.value, random.pick(target.wrong)[0]);
    case 'dangling reference':
      return replace(text, target.value, target.path.at(-1) === 'id' ? unusedId : '"no-such-thing"');
    case 'duplicate name': {
      const [name, other] = random.pick(target.wrong);
      return replace(text, target.value, JSON.stringify(name), other?.range?.[0]);
    }
  }
}

const unusedId = '"7d1f5c5e-0000-4000-8000-0123456789ab"';

function rename(text: string, { pair, right }: Target, random: SeededRandom): Edit | null {
  const key = pair?.key;
  if (key?.range === undefined || key.range === null) return null;
  const [start, end] = key.range;
  const name =
    random.below(4) === 0
      ? random.pick(['colour', 'x_limit', 'enbaled_by'])
      : misspell(String(key.value), right, random);
  const quote = /^["']/.exec(text.slice(start, end))?.[0] ?? '';
  return { start, end, replacement: `${quote}${name}${quote}`, related: [] };
}

/** Drops, doubles or swaps letters until the word is none of the right ones. */
function misspell(word: string, right: ReadonlySet<string>, random: SeededRandom): string {
  for (let attempt = 0; attempt < 8 && word.length > 2; attempt++) {
    const at = 1 + random.below(word.length - 1);
    const swapped = word.slice(0, at - 1) + word.charAt(at) + word.charAt(at - 1) + word.slice(at + 1);
    const typo = random.pick([word.slice(0, at) + word.slice(at + 1), word.slice(0, at) + word.slice(at - 1), swapped]);
    if (typo !== word && !right.has(typo) && !right.has(typo.toLowerCase())) return typo;
  }
  return `${word}zz`;
}

const typeSamples: readonly (readonly [string, string])[] = [
  ['string', '"wrong"'],
  ['object', '{wrong: 1}'],
  ['array', '[wrong]'],
  ['number', '7.5'],
  ['boolean', 'true'],
];

function wrongType({ right }: Target, random: SeededRandom): string | null {
  const wrong = typeSamples.filter(([type]) => !right.has(type));
  return wrong.length === 0 ? null : random.pick(wrong)[1];
}

function replace(text: string, value: Node | null, replacement: string | null, other?: number): Edit | null {
  if (value?.range === undefined || value.range === null || replacement === null) return null;
  const [start, end] = value.range;
  if (end <= start || (isScalar(value) && (value.type === Scalar.BLOCK_LITERAL || value.type === Scalar.BLOCK_FOLDED)))
    return null;
  const length = text.slice(start, end).trimEnd().length;
  return { start, end: start + length, replacement, related: other === undefined ? [] : [other] };
}

/** Takes a pair out of its map so that the rest stays as it is. */
function remove(text: string, { map, pair }: Target): Edit | null {
  const index = map === null || pair === null ? -1 : map.items.indexOf(pair);
  const start = pair?.key.range?.[0];
  if (map?.range === undefined || map.range === null || pair === null || start === undefined || index < 0) return null;
  const [mapStart] = map.range;
  const end = endOf(pair.value) ?? pair.key.range?.[1] ?? start;
  const first = (map.items.find((item) => item !== pair) as Target['pair'] | undefined)?.key.range?.[0] ?? mapStart;
  const related = [mapStart, lineBefore(text, mapStart), first];
  const next = (map.items[index + 1] as Target['pair'] | undefined)?.key.range?.[0];
  if (next !== undefined) return { start, end: next, replacement: '', related };
  const previous = map.items[index - 1] as Target['pair'] | undefined;
  if (previous === undefined || previous === null) return { start, end, replacement: '{}', related };
  const previousEnd = endOf(previous.value) ?? previous.key.range?.[1];
  if (previousEnd === undefined) return null;
  // Up to the line break, so that a comment behind the pair before stays.
  if (map.flow === true) return { start: previousEnd, end, replacement: '', related };
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  return { start: lineStart, end: Math.max(end, lineStart), replacement: '', related: [...related, previousEnd - 1] };
}

/** Where the characters of a value end, line breaks after it left out. */
function endOf(node: Node | null): number | undefined {
  const last = isMap(node) && node.flow !== true ? (node.items.at(-1) as Target['pair'] | undefined) : undefined;
  if (last !== undefined && last !== null) return endOf(last.value) ?? last.key.range?.[1];
  return node?.range?.[1];
}

function valueOf(node: Node | null): string {
  return isScalar(node) ? String(node.value) : '';
}

/** The line of the key above a nested map. */
function lineBefore(text: string, offset: number): number {
  return Math.max(0, text.lastIndexOf('\n', Math.max(0, offset - 1)) - 1);
}

function addLines(lines: Set<number>, text: string, from: number, to: number | null): void {
  const first = lineOf(text, from);
  const last = to === null ? first : lineOf(text, Math.max(from, to - 1));
  for (let line = first; line <= last; line++) lines.add(line);
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
