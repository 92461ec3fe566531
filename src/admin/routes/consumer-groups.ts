import { EntityProblem } from '../../config/store/entity-problem.ts';
import type { EntityEdit, EntityView, Row } from '../../config/store/entity-view.ts';
import type { EntityKind } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { luaNotation } from '../../lib/lua-notation.ts';
import { type AdminCall, AdminError, type Endpoint } from '../endpoint.ts';
import { paginate } from '../page.ts';
import { type EntityAccess, found, plainAccess, referencedId, pageText } from './entity-access.ts';
import { type EntityContext, type EntityPresenter, noBody, reading, writing } from './entity-context.ts';
import { pluginAccess } from './partial-access.ts';

const MEMBERSHIPS = 'consumer_group_consumers';

/** One side of the memberships: a list of the entities at the other end. */
interface Side {
  /** Whose paths they are. */
  readonly own: EntityAccess;
  readonly ownField: 'consumer' | 'consumer_group';
  readonly other: EntityAccess;
  readonly otherField: 'consumer' | 'consumer_group';
  /** Last segment of the list, and its name in answers. */
  readonly list: 'consumers' | 'consumer_groups';
  /** What a body calls those that are added. */
  readonly argument: 'consumer' | 'group';
}

/**
 * Groups. `GET` of one answers Kong Enterprise's wrapper with its consumers (unless `list_consumers=false`) and plugins:
 * decK cannot do without.
 */
export function consumerGroupAccess(presenter: EntityPresenter): EntityAccess {
  const plain = plainAccess('consumer_groups', presenter);
  const ofPlugins = pluginAccess(presenter);
  return {
    ...plain,
    showAlone(view, row, { query, showsSecrets }) {
      const rows = query.list_consumers === 'false' ? [] : others(view, membersOf(presenter), row);
      const plugins = view.referring('plugins', 'consumer_group', row.id);
      return {
        consumer_group: plain.show(view, row, { showsSecrets }),
        consumers: rows.map((consumer) => presenter.present('consumers', consumer, showsSecrets)),
        plugins: plugins.map((plugin) => ofPlugins.show(view, plugin, { showsSecrets })),
      };
    },
  };
}

/** Which consumers are in which groups, from both sides, in Kong Enterprise's words. */
export function membershipEndpoints(context: EntityContext): readonly Endpoint[] {
  const members = membersOf(context.presenter);
  const { own, ownField, other, otherField } = members;
  const memberships: Side = {
    ...{ own: other, ownField: otherField, other: own, otherField: ownField },
    ...{ list: 'consumer_groups', argument: 'group' },
  };
  return [members, memberships].flatMap((side) => sideEndpoints(context, side));
}

function membersOf(presenter: EntityPresenter): Side {
  return {
    ...{ own: plainAccess('consumer_groups', presenter), ownField: 'consumer_group' },
    ...{ other: plainAccess('consumers', presenter), otherField: 'consumer' },
    ...{ list: 'consumers', argument: 'consumer' },
  };
}

function sideEndpoints(context: EntityContext, side: Side): readonly Endpoint[] {
  const { own, other, list } = side;
  const kind: EntityKind = MEMBERSHIPS;
  const path = `/${own.kind}/:key/${list}`;
  const ownerOf = (view: EntityView, { params }: AdminCall): Row => found(own.find(view, params.key ?? ''));
  return [
    reading(path, (call) => {
      const { view } = context.writer;
      const shown = `/${own.kind}/${encodeURIComponent(call.params.key ?? '')}/${list}`;
      return pageText(other, view, paginate(others(view, side, ownerOf(view, call)), shown, call.query, false), call);
    }),
    writing(context, 'POST', path, {
      ...{ kind, status: 201 },
      read: (call) => readKeys(context.readBody(call, MEMBERSHIPS), side.argument),
      edit: (edit, keys, call) => {
        const owner = ownerOf(edit, call);
        const added = keys.map((key) => join(edit, side, owner, key));
        return {
          [side.ownField]: own.show(edit, owner, call),
          [list]: added.map((row) => other.show(edit, row, call)),
        };
      },
    }),
    writing(context, 'DELETE', path, {
      ...{ kind, status: 204 },
      read: noBody,
      edit: (edit, _body, call) => {
        for (const { id } of [...edit.referring(MEMBERSHIPS, side.ownField, ownerOf(edit, call).id)]) {
          edit.remove(MEMBERSHIPS, id);
        }
      },
    }),
    reading(`${path}/:child`, (call) => {
      const { view } = context.writer;
      const { member } = memberOf(view, side, ownerOf(view, call), call);
      return { [side.otherField]: other.show(view, member, call) };
    }),
    writing(context, 'DELETE', `${path}/:child`, {
      ...{ kind, status: 204 },
      read: noBody,
      edit: (edit, _body, call) => {
        edit.remove(MEMBERSHIPS, memberOf(edit, side, ownerOf(edit, call), call).membership.id);
      },
    }),
  ];
}

/** What is at the other end, in the order of ids. */
function others(view: EntityView, { ownField, other, otherField }: Side, owner: Row): readonly Row[] {
  return view
    .referring(MEMBERSHIPS, ownField, owner.id)
    .flatMap((membership) => view.get(other.kind, referencedId(membership, otherField) ?? '') ?? [])
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function memberOf(
  view: EntityView,
  { ownField, other, otherField }: Side,
  owner: Row,
  { params }: AdminCall,
): { readonly member: Row; readonly membership: Row } {
  const member = found(other.find(view, params.child ?? ''));
  const all = view.referring(MEMBERSHIPS, ownField, owner.id);
  return { member, membership: found(all.find((row) => referencedId(row, otherField) === member.id) ?? null) };
}

function join(edit: EntityEdit, { ownField, other, otherField, argument }: Side, owner: Row, key: string): Row {
  const member = other.find(edit, key);
  if (member === null) throw new AdminError(404, { message: `${argument} '${key}' not found` });
  const fields = { [ownField]: { id: owner.id }, [otherField]: { id: member.id } };
  if (edit.referring(MEMBERSHIPS, ownField, owner.id).some((row) => referencedId(row, otherField) === member.id)) {
    throw new EntityProblem(5, `UNIQUE violation detected on '${luaNotation(fields)}'`, fields);
  }
  edit.create(MEMBERSHIPS, fields);
  return member;
}

/** One or several names or ids, each perhaps as a reference. */
function readKeys(body: JsonObject, argument: string): readonly string[] {
  const value = body[argument] ?? null;
  const keys = (Array.isArray(value) ? (value as readonly JsonValue[]) : [value]).map((item) =>
    isJsonObject(item) ? (item.id ?? item.name ?? item.username ?? null) : item,
  );
  if (keys.every((key) => typeof key === 'string' && key !== '')) return keys as readonly string[];
  throw new EntityProblem(2, `schema violation (${argument}: required field missing)`, {
    [argument]: 'required field missing',
  });
}
