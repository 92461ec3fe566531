import type { Draft } from '../draft.ts';
import { type ConfigDrafts, listOfDraft, recordAt } from './config-drafts.ts';

/** Does one step of the removal, of which `draft` is the first entity. */
export type RemovalStep = (draft: Draft, step: () => void) => void;

/** Takes entities out of the files, with the comments on them; a list that is empty then goes, too. */
export function removeEntities(drafts: readonly Draft[], config: ConfigDrafts, run: RemovalStep): void {
  const gone = new Set(drafts);
  const lists = new Map<string, Draft[]>();
  for (const draft of drafts) {
    if (hasAncestorIn(draft, gone)) continue;
    const list = JSON.stringify([config.documents.indexOf(draft.document), ...draft.path.slice(0, -1)]);
    const others = lists.get(list);
    if (others === undefined) lists.set(list, [draft]);
    else others.push(draft);
  }
  for (const list of lists.values()) {
    const [first] = list;
    if (first !== undefined)
      run(first, () => {
        removeFromList(list, config);
      });
  }
}

function removeFromList(drafts: readonly Draft[], config: ConfigDrafts): void {
  const [first] = drafts;
  if (first === undefined) return;
  const editor = config.editorOf(first.document);
  const { owner, key } = listOfDraft(first);
  const path = [...owner, key];
  const indexes = new Set(drafts.map((draft) => listOfDraft(draft).index));
  const list = recordAt(first.document, owner)[key];
  if (!Array.isArray(list) || indexes.size < list.length) {
    editor.removeItems(path, indexes, 'removed');
    return;
  }
  const ranges = [...indexes].map((index) => editor.itemRange(path, index));
  editor.removePair(owner, key, (offset) => !ranges.some(({ start, end }) => offset >= start && offset < end));
}

/** Whether something around a draft is in the set. */
export function hasAncestorIn(draft: Draft, set: ReadonlySet<Draft>): boolean {
  for (let parent = draft.parent; parent !== null; parent = parent.draft.parent) if (set.has(parent.draft)) return true;
  return false;
}
