import { allKinds, type EntityKind, entityKinds } from '../entities/kinds.ts';
import type { JsonPath } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Every key under which entities stand, with their kind. */
const listKeys: ReadonlyMap<string, EntityKind> = new Map([
  ...allKinds.flatMap((kind) => entityKinds[kind].children.map(({ key, kind: child }) => [key, child] as const)),
  ...allKinds.map((kind) => [kind, kind] as const),
]);

/** Whether there is a list at a place of a file. */
export type IsList = (file: string, path: JsonPath) => boolean;

/** Codes of findings after which an entity may not have its name. */
const inDoubt = /^schema\/|^consumer\/nameless$/;

/**
 * Kinds of which an entity is there, but not with the name it was meant to have: the list, the entry or the name has
 * an error. References to such kinds may well be right.
 */
export function unsureKinds(errors: readonly Diagnostic[], isList: IsList): ReadonlySet<EntityKind> {
  const unsure = new Set<EntityKind>();
  for (const { code, file, path } of errors) {
    const kind = inDoubt.test(code) ? kindInDoubt(code, path, () => isList(file, path)) : null;
    if (kind === 'any') return new Set(allKinds);
    if (kind !== null) addWithChildren(kind, unsure);
  }
  return unsure;
}

function kindInDoubt(code: string, path: JsonPath, isList: () => boolean): EntityKind | 'any' | null {
  const last = path.at(-1);
  // What "_info" says about look-ups is lost.
  if (path[0] === '_info' || (path.length === 1 && nearest(String(last), ['_info']) !== null)) return 'any';
  if (typeof last !== 'string') return listKeys.get(String(path.at(-2))) ?? null;
  if (code === 'schema/unknown-key') {
    const meant = nearest(last, listKeys.keys());
    const isOfEntity = path.length === 1 || typeof path.at(-2) === 'number';
    // A list under a key that is like none may have been any.
    return isOfEntity && isList() ? (listKeys.get(meant ?? '') ?? 'any') : null;
  }
  const list = listKeys.get(last);
  if (list !== undefined) return list;
  const kind = listKeys.get(String(path.at(-3)));
  return kind !== undefined && [entityKinds[kind].nameField, 'id'].includes(last) ? kind : null;
}

/** With a list go the lists inside it. */
function addWithChildren(kind: EntityKind, into: Set<EntityKind>): void {
  if (into.has(kind)) return;
  into.add(kind);
  for (const child of entityKinds[kind].children) addWithChildren(child.kind, into);
}
