import { type EntityKind, entityKinds } from '../../entities/kinds.ts';
import type { Draft } from '../draft.ts';
import type { Row } from '../store/entity-view.ts';
import { Additions } from './additions.ts';
import { CannotEdit } from './cannot-edit.ts';
import { listOfDraft } from './config-drafts.ts';
import type { EditSession } from './edit-session.ts';
import { type ListPlace, placeOf, topPlace } from './entity-place.ts';
import { hasAncestorIn, removeEntities } from './entity-removal.ts';
import { idIn } from './entity-update.ts';
import type { NetChange } from './net-changes.ts';
import { type Tree, Verbatim } from './write-tree.ts';
import { exampleReference, referenceTree } from './written-reference.ts';

/**
 * Takes entities that are part of something else now to where they belong. Their text moves as it is: what is a
 * reference to the environment in it stays one.
 */
export function moveEntities(session: EditSession, changes: readonly NetChange[]): void {
  const moves = new Set(changes.filter((change) => isMoved(change, session)));
  // One after the other: where one goes to, another may come from.
  for (let move = nextMove(moves, session); move !== undefined; move = nextMove(moves, session)) {
    moveEntity(session, move);
    session.next();
    moves.delete(move);
  }
}

/** What stands in something that moves, too, moves after it. */
function nextMove(moves: ReadonlySet<NetChange>, { config }: EditSession): NetChange | undefined {
  const drafts = new Set(
    [...moves].map(({ kind, id, before }) => config.draftOf(kind, id, before)).filter((draft) => draft !== null),
  );
  return [...moves].find(({ kind, id, before }) => {
    const draft = config.draftOf(kind, id, before);
    return draft === null || !hasAncestorIn(draft, drafts);
  });
}

function isMoved({ kind, id, before, after }: NetChange, { config }: EditSession): boolean {
  const parent = before === null || after === null ? null : (config.draftOf(kind, id, before)?.parent ?? null);
  return parent !== null && idIn(after?.[parent.field]) !== config.index.idOf(parent.draft);
}

function moveEntity(session: EditSession, move: NetChange): void {
  const { config } = session;
  const draft = config.draftOf(move.kind, move.id, move.before);
  const row = move.after;
  if (draft === null || row === null) throw session.missing(move);
  session.attempt(move, draft.document, () => {
    const { editor } = session.deskFor(draft.document);
    const { owner, key, index } = listOfDraft(draft);
    const text = editor.verbatimItem([...owner, key], index);
    const place = text === null ? null : placeFor(text, move.kind, row, session);
    if (text === null || place === null) throw new CannotEdit('it cannot be moved to where it belongs now', draft.path);
    session.deskFor(place.document);
    const additions = new Additions(config);
    const nested = place.nested?.field ?? null;
    additions.add(place, withReferences(text, draft, row, nested, session, editor.style.newline), move);
    removeEntities([draft], config, (_, step) => {
      step();
    });
    additions.write(session);
  });
}

/** Where the text of an entity can go: lines cannot stand in brackets, nor YAML in JSON. `null` when it is nowhere. */
function placeFor(text: Verbatim, kind: EntityKind, row: Row, { config }: EditSession): ListPlace | null {
  const nested = placeOf(kind, row, config);
  const top = topPlace(kind, config, config.draftOf(kind, row.id));
  const fits = ({ document, owner, key }: ListPlace): boolean => {
    const editor = config.editorOf(document);
    if (editor.style.isJson) return text.text.startsWith('{') && isJson(text.text);
    return text.text.startsWith('{') || !editor.isInBrackets(owner, key);
  };
  return [nested, top].find(fits) ?? null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The text of an entity with the references that its old place stood for and its new one does not. */
function withReferences(
  item: Verbatim,
  draft: Draft,
  row: Row,
  nested: string | null,
  session: EditSession,
  newline: string,
): Verbatim {
  const field = draft.parent?.field;
  const target = field === undefined ? undefined : entityKinds[draft.kind].references[field];
  const id = field === undefined ? null : idIn(row[field]);
  if (field === undefined || target === undefined || id === null || field === nested) return item;
  const { text, column, comments } = item;
  const example = exampleReference(session.config.drafts[draft.kind], field);
  const tree = referenceTree(target, id, session.names, example);
  const pair = flowPair(field, tree);
  const added = text.endsWith('}') && text.startsWith('{') ? `${text.slice(0, -1).trimEnd()}, ${pair}}` : null;
  const block = `${text}${newline}${' '.repeat(column)}${pair.replace(/^"(\w+)"/, '$1')}`;
  return new Verbatim(added ?? block, column, comments);
}

function flowPair(field: string, tree: Tree): string {
  return `${JSON.stringify(field)}: ${JSON.stringify(tree)}`;
}
