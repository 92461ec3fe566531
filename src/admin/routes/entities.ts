import { readEntityKey } from '../../config/store/endpoint-key.ts';
import type { EntityView, Row } from '../../config/store/entity-view.ts';
import type { EntityKind } from '../../entities/kinds.ts';
import type { AdminCall, Endpoint } from '../endpoint.ts';
import { paginate } from '../page.ts';
import { certificateAccess } from './certificate-access.ts';
import { collections, pairs } from './collections.ts';
import { consumerGroupAccess } from './consumer-groups.ts';
import { type EntityAccess, found, plainAccess, pageText } from './entity-access.ts';
import { type EntityContext, noBody, reading, writing } from './entity-context.ts';
import { nestedEndpoints, upwardEndpoints } from './nested-entities.ts';
import { partialLinkEndpoints, pluginAccess } from './partial-access.ts';

/** Kinds of which endpoints show, or take, more than the entity. */
const special: Partial<Record<EntityKind, typeof plainAccess>> = {
  certificates: (_kind, presenter) => certificateAccess(presenter),
  consumer_groups: (_kind, presenter) => consumerGroupAccess(presenter),
  plugins: (_kind, presenter) => pluginAccess(presenter),
};

/** All that Kong's Admin API does with single entities: every collection, and every reference between two. */
export function entityEndpoints(context: EntityContext): readonly Endpoint[] {
  const accesses = collections.map((collection) => ({
    collection,
    access: (special[collection.kind] ?? plainAccess)(collection.kind, context.presenter),
  }));
  const accessTo = new Map(accesses.map(({ collection, access }) => [collection, access]));
  return [
    ...accesses
      .filter(({ collection }) => !collection.isNestedOnly)
      .flatMap(({ collection, access }) => [
        ...listEndpoints(context, `/${collection.name}`, access),
        ...oneEndpoints(context, `/${collection.name}/:key`, access),
      ]),
    ...partialLinkEndpoints(context),
    ...pairs.flatMap((pair) => {
      const parent = accessTo.get(pair.parent);
      const child = accessTo.get(pair.child);
      if (parent === undefined || child === undefined) return [];
      const ends = { pair, parent, child };
      return [...nestedEndpoints(context, ends), ...(pair.hasWayUp ? upwardEndpoints(context, ends) : [])];
    }),
  ];
}

function listEndpoints(context: EntityContext, path: string, access: EntityAccess): readonly Endpoint[] {
  const { kind } = access;
  return [
    reading(path, (call) => {
      const { view } = context.writer;
      const { query } = call;
      return pageText(access, view, paginate(listed(view, access, query.custom_id), path, query), call);
    }),
    writing(context, 'POST', path, {
      ...{ kind, status: 201 },
      read: (call) => context.readBody(call, kind),
      edit: (edit, fields, call) => access.show(edit, access.create(edit, fields), call),
    }),
  ];
}

/** Consumers can be looked for by the id that something else knows them by. */
function listed(view: EntityView, { kind }: EntityAccess, customId: string | undefined): readonly Row[] {
  const rows = view.all(kind);
  if (kind !== 'consumers' || customId === undefined) return rows;
  return rows.filter(({ custom_id: own }) => own === customId);
}

function oneEndpoints(context: EntityContext, path: string, access: EntityAccess): readonly Endpoint[] {
  const { kind } = access;
  const keyOf = ({ params }: AdminCall): string => params.key ?? '';
  const find = (view: EntityView, call: AdminCall): Row => found(access.find(view, keyOf(call)));
  return [
    reading(path, (call) => {
      const { view } = context.writer;
      const row = find(view, call);
      return access.showAlone?.(view, row, call) ?? access.show(view, row, call);
    }),
    writing(context, 'PUT', path, {
      ...{ kind, status: 200, keyed: 'key' },
      read: (call) => context.readBody(call, kind),
      edit: (edit, fields, call) => access.show(edit, access.replace(edit, readEntityKey(keyOf(call)), fields), call),
    }),
    writing(context, 'PATCH', path, {
      ...{ kind, status: 200, keyed: 'key' },
      read: (call) => context.readBody(call, kind, () => access.find(context.writer.view, keyOf(call))),
      edit: (edit, changes, call) => access.show(edit, access.update(edit, find(edit, call), changes), call),
    }),
    writing(context, 'DELETE', path, {
      ...{ kind, status: 204, keyed: 'key' },
      read: noBody,
      edit: (edit, _body, call) => {
        // As in Kong what is not there is as good as removed.
        const row = access.find(edit, keyOf(call));
        if (row !== null) edit.remove(kind, row.id);
      },
    }),
  ];
}
