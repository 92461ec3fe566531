import { randomUUID } from 'node:crypto';
import { EntityProblem } from '../../config/store/entity-problem.ts';
import type { EntityEdit, EntityView, Row } from '../../config/store/entity-view.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import type { EntityPresenter } from './entity-context.ts';
import { type EntityAccess, plainAccess, referencedId, textOf } from './entity-access.ts';

/**
 * Certificates show the names of their SNIs as a list `snis`, and take such a list: those that are missing are made,
 * those that are not in it removed. `PUT` without a list removes all of them, and `PUT` to a server name that nobody
 * has makes a certificate for it, as in Kong.
 */
export function certificateAccess(presenter: EntityPresenter): EntityAccess {
  const plain = plainAccess('certificates', presenter);
  return {
    ...plain,
    show: (view, row, reader) => ({ ...plain.show(view, row, reader), snis: namesOf(view, row) }),
    create(edit, fields) {
      const { names, rest } = splitSnis(fields);
      const row = plain.create(edit, rest);
      if (names !== null) setNames(edit, row, names);
      return row;
    },
    replace(edit, key, fields) {
      const { names, rest } = splitSnis(fields);
      const found = key.by === 'name' ? edit.named('certificates', key.text) : null;
      const id = key.by === 'id' ? key.text : (found?.id ?? randomUUID());
      const row = plain.replace(edit, { by: 'id', text: id }, rest);
      const own = key.by === 'name' ? [key.text] : [];
      setNames(edit, row, [...new Set([...(names ?? []), ...own])]);
      return row;
    },
    update(edit, row, changes) {
      const { names, rest } = splitSnis(changes);
      const updated = plain.update(edit, row, rest);
      if (names !== null) setNames(edit, updated, names);
      return updated;
    },
  };
}

function namesOf(view: EntityView, { id }: Row): readonly string[] {
  return view
    .referring('snis', 'certificate', id)
    .map(({ name }) => textOf(name))
    .sort();
}

/** The list that a body has, `null` when it has none, and the fields of the certificate itself. */
function splitSnis(fields: JsonObject): { readonly names: readonly string[] | null; readonly rest: JsonObject } {
  if (!Object.hasOwn(fields, 'snis')) return { names: null, rest: fields };
  const { snis = null, ...rest } = fields;
  return { names: readNames(snis), rest };
}

function readNames(value: JsonValue): readonly string[] {
  if (value === null || (isJsonObject(value) && Object.keys(value).length === 0)) return [];
  const names = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  if (!names.every((name) => typeof name === 'string')) throw wrongSnis('expected a list of server names');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrongSnis(`'${twice}' is duplicated`);
  return names;
}

function setNames(edit: EntityEdit, certificate: Row, names: readonly string[]): void {
  const { id } = certificate;
  for (const sni of [...edit.referring('snis', 'certificate', id)]) {
    if (!names.includes(textOf(sni.name))) edit.remove('snis', sni.id);
  }
  for (const name of names) {
    const sni = edit.named('snis', name);
    const owner = sni === null ? null : referencedId(sni, 'certificate');
    if (owner === null) edit.create('snis', { name, certificate: { id } });
    else if (owner !== id) throw wrongSnis(`${name} already associated with existing certificate '${owner}'`);
  }
}

function wrongSnis(reason: string): EntityProblem {
  return new EntityProblem(2, `schema violation (snis: ${reason})`, { snis: reason });
}
