import { entityKinds } from '../../entities/kinds.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Draft } from '../draft.ts';
import type { Inspection } from '../load-config.ts';
import { fileDefaults } from './entity-defaults.ts';
import type { Source } from '../source.ts';
import { addEntities } from './add-entities.ts';
import { changeEntities } from './change-entities.ts';
import { EditSession } from './edit-session.ts';
import type { EntityChange } from './entity-change.ts';
import { removeEntities } from './entity-removal.ts';
import { idIn } from './entity-update.ts';
import { moveEntities } from './move-entities.ts';
import { type NetChange, netChanges } from './net-changes.ts';
import { Refusal } from './refusal.ts';
import { firstDifference } from './same-entities.ts';
import type { Env } from './template-texts.ts';

/** How configs are edited. */
export interface EditOptions {
  readonly catalog: PluginCatalog;
  readonly env: Env;
  /** Reads edited texts as they would be read from the files. */
  readonly load: (sources: readonly Source[]) => Inspection;
}

/** The files with the changes in them, or the reason why there are none. */
export type EditResult =
  | {
      readonly kind: 'edited';
      /** All sources, in their order. */
      readonly sources: readonly Source[];
      readonly inspection: Inspection;
      /** Where a reference to the environment or a vault was replaced by what somebody sent: `file:line`. */
      readonly lost: readonly string[];
    }
  | { readonly kind: 'refused'; readonly change: number | null; readonly message: string };

/**
 * Writes changes into the texts of a config, so that loading them gives `candidate`: comments, order, quotes, anchors
 * and layout of all else stay to the byte. What was edited is read again and held to the candidate; a text that says
 * anything else is not given out. Pure.
 */
export function editConfig(
  inspection: Inspection,
  changes: readonly EntityChange[],
  candidate: EntitySet,
  options: EditOptions,
): EditResult {
  const net = netChanges(changes);
  try {
    const short = attempt(inspection, net, candidate, options, false);
    if (short.kind === 'edited') return short;
    // Some defaults depend on what else is said: then everything is.
    const long = attempt(inspection, net, candidate, options, true);
    return long.kind === 'edited' ? long : short;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'refused', change: error.change, message: error.message };
  }
}

function attempt(
  inspection: Inspection,
  changes: readonly NetChange[],
  candidate: EntitySet,
  options: EditOptions,
  isExplicit: boolean,
): EditResult {
  const session = new EditSession(inspection, changes, { ...options, isExplicit });
  changeEntities(session, changes, candidate);
  session.next();
  moveEntities(session, changes);
  removeGone(session, changes);
  session.next();
  addEntities(session, changes);
  session.next();
  const sources = session.config.documents.map(({ source }) => ({ name: source.name, text: source.text }));
  const loaded = options.load(sources);
  const problem = problemOf(loaded, candidate, changes);
  return problem ?? { kind: 'edited', sources, inspection: loaded, lost: session.lost };
}

function removeGone(session: EditSession, changes: readonly NetChange[]): void {
  const { config } = session;
  const gone: Draft[] = [];
  const byDraft = new Map<Draft, NetChange>();
  for (const change of changes) {
    const { kind, id, before, after } = change;
    if (before === null || after !== null) continue;
    const ends = { consumer: idIn(before.consumer) ?? '', consumer_group: idIn(before.consumer_group) ?? '' };
    const draft = config.draftOf(kind, id, before);
    const drafts = kind === 'consumer_group_consumers' ? config.membershipDrafts(ends) : draft === null ? [] : [draft];
    if (drafts.length === 0) throw session.missing(change);
    gone.push(...drafts);
    for (const found of drafts) byDraft.set(found, change);
  }
  removeEntities(gone, config, (draft, step) => {
    const change = byDraft.get(draft);
    if (change === undefined) return;
    session.attempt(change, draft.document, () => {
      session.deskFor(draft.document);
      step();
    });
  });
}

/**
 * What keeps an edited config from being the candidate. When nothing says which change is the guilty one it is the last
 * that is blamed: without it the others may do.
 */
function problemOf(loaded: Inspection, candidate: EntitySet, changes: readonly NetChange[]): EditResult | null {
  const last = changes.at(-1)?.change ?? null;
  if (loaded.entities === null) {
    const error = loaded.diagnostics.find(({ severity }) => severity === 'error');
    const at = error === undefined ? '' : ` (${error.file}:${error.range.start.line}: ${error.message})`;
    const change = error === undefined ? null : changeAt(error, loaded, changes);
    return { kind: 'refused', change: change ?? last, message: `the files would have an error with this change${at}` };
  }
  const difference = firstDifference(loaded.entities, candidate);
  if (difference === null) return null;
  const { kind, id, field } = difference;
  const change = changes.find((other) => other.kind === kind && other.id === id)?.change ?? last;
  const part = field === null ? '' : `"${field}" of `;
  // Tags that a file gives to all its entities cannot be kept from one of them.
  const isOfFile =
    field === 'tags' && loaded.documents.some((document) => fileDefaults(document, kind).tags.length > 0);
  const hint = isOfFile ? ': "_info.select_tags" gives its tags to all entities of a file, so send them too' : '';
  const message = `the files cannot say this: ${part}${entityKinds[kind].label} ${id} would be read as something else${hint}`;
  return { kind: 'refused', change, message };
}

/** The change of the entity that an error is about. */
function changeAt(
  { file, path }: Diagnostic,
  { drafts, index }: Inspection,
  changes: readonly NetChange[],
): number | null {
  const isAround = (draft: Draft): boolean =>
    draft.document.source.name === file && draft.path.every((step, position) => step === path[position]);
  const guilty = changes.filter(({ kind, id }) =>
    drafts[kind].some((draft) => index.idOf(draft).toLowerCase() === id.toLowerCase() && isAround(draft)),
  );
  return guilty.at(-1)?.change ?? null;
}
