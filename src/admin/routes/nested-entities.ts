import { randomUUID } from 'node:crypto';
import { readEntityKey } from '../../config/store/endpoint-key.ts';
import type { EntityKey, EntityView, Row } from '../../config/store/entity-view.ts';
import type { JsonObject } from '../../lib/json.ts';
import { type AdminCall, AdminError, type Endpoint } from '../endpoint.ts';
import { paginate } from '../page.ts';
import type { Pair } from './collections.ts';
import { type EntityAccess, found, referencedId, pageText } from './entity-access.ts';
import { type EntityContext, noBody, reading, writing } from './entity-context.ts';

/** A reference that paths follow, and how to reach what is at its ends. */
export interface PairEnds {
  readonly pair: Pair;
  readonly parent: EntityAccess;
  readonly child: EntityAccess;
}

/** Children of an entity: `/services/{key}/routes` and `/services/{key}/routes/{key}`. */
export function nestedEndpoints(context: EntityContext, ends: PairEnds): readonly Endpoint[] {
  const { pair, child } = ends;
  const { kind } = child;
  const listPath = `/${pair.parent.name}/:key/${pair.child.nestedName}`;
  const path = `${listPath}/:child`;
  return [
    reading(listPath, (call) => {
      const { view } = context.writer;
      const rows = view.referring(kind, pair.field, parentOf(view, ends, call).id);
      const shown = `/${pair.parent.name}/${encodeURIComponent(call.params.key ?? '')}/${pair.child.nestedName}`;
      return pageText(child, view, paginate(rows, shown, call.query, false), call);
    }),
    writing(context, 'POST', listPath, {
      ...{ kind, status: 201 },
      read: (call) => context.readBody(call, kind),
      edit: (edit, fields, call) => {
        const { id } = parentOf(edit, ends, call);
        return child.show(edit, child.create(edit, { ...fields, [pair.field]: { id } }), call);
      },
    }),
    reading(path, (call) => child.show(context.writer.view, childOf(context.writer.view, ends, call), call)),
    writing(context, 'PUT', path, {
      ...{ kind, status: 200, keyed: 'child' },
      read: (call) => context.readBody(call, kind),
      edit: (edit, fields, call) => {
        const owner = parentOf(edit, ends, call);
        const { key, own } = keyOfChild(edit, ends, owner, call.params.child ?? '');
        return child.show(edit, child.replace(edit, key, { ...fields, ...own, [pair.field]: { id: owner.id } }), call);
      },
    }),
    writing(context, 'PATCH', path, {
      ...{ kind, status: 200, keyed: 'child' },
      read: (call) => context.readBody(call, kind, () => childOf(context.writer.view, ends, call)),
      edit: (edit, changes, call) => child.show(edit, child.update(edit, childOf(edit, ends, call), changes), call),
    }),
    writing(context, 'DELETE', path, {
      ...{ kind, status: 204, keyed: 'child' },
      read: noBody,
      edit: (edit, _body, call) => edit.remove(kind, childOf(edit, ends, call).id),
    }),
  ];
}

/** The entity that another one refers to: `/routes/{key}/service`. */
export function upwardEndpoints(context: EntityContext, { pair, parent, child }: PairEnds): readonly Endpoint[] {
  const { kind } = parent;
  const { field } = pair;
  const path = `/${pair.child.name}/:key/${field}`;
  const ownerOf = (view: EntityView, { params }: AdminCall): Row => found(child.find(view, params.key ?? ''));
  const targetOf = (view: EntityView, call: AdminCall): Row => {
    const id = referencedId(ownerOf(view, call), field);
    return found(id === null ? null : view.get(kind, id));
  };
  return [
    reading(path, (call) => parent.show(context.writer.view, targetOf(context.writer.view, call), call)),
    writing(context, 'PUT', path, {
      ...{ kind, status: 200 },
      read: (call) => context.readBody(call, kind),
      edit: (edit, fields, call) => {
        const owner = ownerOf(edit, call);
        const id = referencedId(owner, field);
        const row = parent.replace(edit, { by: 'id', text: id ?? randomUUID() }, fields);
        if (id === null) child.update(edit, owner, { [field]: { id: row.id } });
        return parent.show(edit, row, call);
      },
    }),
    writing(context, 'PATCH', path, {
      ...{ kind, status: 200 },
      read: (call) => context.readBody(call, kind, () => targetOf(context.writer.view, call)),
      edit: (edit, changes, call) => parent.show(edit, parent.update(edit, targetOf(edit, call), changes), call),
    }),
    {
      method: 'DELETE',
      path,
      handle(call) {
        targetOf(context.writer.view, call);
        throw new AdminError(405, { message: 'Method not allowed' });
      },
    },
  ];
}

function parentOf(view: EntityView, { parent }: PairEnds, { params }: AdminCall): Row {
  return found(parent.find(view, params.key ?? ''));
}

function childOf(view: EntityView, ends: PairEnds, call: AdminCall): Row {
  const owner = parentOf(view, ends, call);
  const row = findChild(view, ends, owner, call.params.child ?? '');
  return found(row !== null && referencedId(row, ends.pair.field) === owner.id ? row : null);
}

/** Maybe one that belongs to another parent. */
function findChild(view: EntityView, { pair, child }: PairEnds, owner: Row, key: string): Row | null {
  const { localKey, field } = pair;
  if (localKey === null || readEntityKey(key).by === 'id') return child.find(view, key);
  return view.referring(child.kind, field, owner.id).find((row) => row[localKey] === key) ?? null;
}

/** What `PUT` puts an entity under: a name that is local to the parent is a field, and an id is found or made. */
function keyOfChild(
  view: EntityView,
  ends: PairEnds,
  owner: Row,
  key: string,
): { readonly key: EntityKey; readonly own: JsonObject } {
  const given = readEntityKey(key);
  const { localKey } = ends.pair;
  if (localKey === null || given.by === 'id') return { key: given, own: {} };
  const id = findChild(view, ends, owner, key)?.id ?? randomUUID();
  return { key: { by: 'id', text: id }, own: { [localKey]: key } };
}
