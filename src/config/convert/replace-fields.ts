import type { JsonPath } from '../../lib/json.ts';
import type { ConversionNotes } from './conversion-notes.ts';
import { type EditableText, type PlacedPair, rangeOf } from './editable-text.ts';
import { changedFields, type ReplacedField, replacedFields } from './replaced-fields.ts';

/** Brings the config of one plugin, at `path`, to the field names of 3.0. What cannot be done goes to `notes`. */
export function replaceFields(text: EditableText, plugin: string, path: JsonPath, notes: ConversionNotes): void {
  const moves: Move[] = [];
  for (const field of replacedFields) {
    if (!field.plugins.includes(plugin)) continue;
    const from = [...path, ...field.from];
    const pair = text.pairAt(from);
    if (pair === null) continue;
    if (field.to !== null && field.to.length > field.from.length) moves.push({ pair, from, to: field.to });
    else replaceOne(text, field, pair, from, notes);
  }
  if (moves.length > 0 && !moveInto(text, moves, path)) {
    for (const { from, to } of moves) notes.byHand(from, nowCalled(from, to), `move its value to "${to.join('.')}"`);
  }
  for (const { plugins, from, message, hint } of changedFields) {
    const at = [...path, ...from];
    if (plugins.includes(plugin) && text.pairAt(at) !== null) notes.byHand(at, message, hint);
  }
}

interface Move {
  readonly pair: PlacedPair;
  readonly from: JsonPath;
  /** Name of the map, then of the field in it. */
  readonly to: readonly string[];
}

function replaceOne(
  text: EditableText,
  { to }: ReplacedField,
  pair: PlacedPair,
  from: JsonPath,
  notes: ConversionNotes,
): void {
  if (to === null) {
    if (!text.removePair(pair)) notes.byHand(from, `"${lastOf(from)}" does nothing in 3.0 and is refused`, 'remove it');
    return;
  }
  const isRenamed = text.renameKey(pair, to.at(-1) ?? '');
  if (!isRenamed) notes.byHand(from, nowCalled(from, to), `"${lastOf(to)}" is there already: join the two by hand`);
}

/** Fields of one map become fields of a new map in it. `false`, and no change, when they are not all in one place. */
function moveInto(text: EditableText, moves: readonly Move[], config: JsonPath): boolean {
  const [first] = moves;
  const name = first?.to[0];
  if (first === undefined || name === undefined || text.pairAt([...config, name]) !== null) return false;
  const { map } = first.pair;
  if (moves.some(({ pair }) => pair.map !== map)) return false;
  const ordered = moves.toSorted((a, b) => rangeOf(a.pair.key).start - rangeOf(b.pair.key).start);
  return map.flow === true ? moveInFlow(text, ordered, name) : moveInBlock(text, ordered, name);
}

function moveInFlow(text: EditableText, moves: readonly Move[], name: string): boolean {
  const [first, ...rest] = moves;
  if (first === undefined) return false;
  const start = rangeOf(first.pair.key).start;
  const quote = text.slice(start, start + 1) === '"' ? '"' : '';
  const parts = moves.map(({ pair, to }) => {
    const value = text.slice(rangeOf(pair.key).end, text.pairEnd(pair));
    return `${quote}${lastOf(to)}${quote}${value}`;
  });
  const replacement = `${quote}${name}${quote}: {${parts.join(', ')}}`;
  if (!text.edit({ start, end: text.pairEnd(first.pair), text: replacement })) return false;
  return rest.every(({ pair }) => text.removePair(pair));
}

/** The fields go behind the first of them, each on its line with its comment. */
function moveInBlock(text: EditableText, moves: readonly Move[], name: string): boolean {
  const [first, ...rest] = moves;
  if (first === undefined) return false;
  const start = rangeOf(first.pair.key).start;
  const indent = ' '.repeat(start - (text.slice(0, start).lastIndexOf('\n') + 1) + 2);
  const lines = moves.map(({ pair, to }) => {
    const { end } = rangeOf(pair.key);
    return `\n${indent}${lastOf(to)}${text.slice(end, text.endOfLine(text.pairEnd(pair)))}`;
  });
  const end = text.endOfLine(text.pairEnd(first.pair));
  if (!text.edit({ start, end, text: `${name}:${lines.join('')}` })) return false;
  return rest.every(({ pair }) => text.removePair(pair));
}

function nowCalled(from: JsonPath, to: readonly string[]): string {
  return `"${lastOf(from)}" is called "${to.join('.')}" today`;
}

function lastOf(path: JsonPath): string {
  return String(path.at(-1) ?? '');
}
