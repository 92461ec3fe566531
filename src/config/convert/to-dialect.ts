import type { ConversionNotes } from './conversion-notes.ts';
import { toDbless } from './to-dbless.ts';
import { toDeck } from './to-deck.ts';
import { YamlTree } from './yaml-tree.ts';

/** Who reads the file: decK, or a Kong without a database. */
export type Dialect = 'deck' | 'dbless';

/**
 * The text of a file in the form of one dialect. What both read stays where it is; comments and anchors stay with what
 * they belong to, while spacing may change. A file that needs no change keeps its text.
 */
export function toDialect(source: string, dialect: Dialect, notes: ConversionNotes): string {
  const tree = new YamlTree(source);
  if (dialect === 'deck') toDeck(tree, notes);
  else toDbless(tree, notes);
  try {
    return tree.toText();
  } catch {
    const message = 'an anchor would come after an alias that uses it';
    notes.byHand([], message, 'write out the aliased parts, then convert again');
    return source;
  }
}
