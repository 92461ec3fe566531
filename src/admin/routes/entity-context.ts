import { endpointKeyOf, isEntityId } from '../../config/store/endpoint-key.ts';
import type { EntityEdit, Row } from '../../config/store/entity-view.ts';
import type { EntityKind } from '../../entities/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { AdminReply } from '../../pdk/admin.ts';
import type { ConfigWriter } from '../../runtime/config-writer.ts';
import { type AdminCall, AdminError, type AdminMethod, type Endpoint } from '../endpoint.ts';

/** Shows entities of every kind in Kong's form. */
export interface EntityPresenter {
  present(kind: EntityKind, row: Row, showsSecrets: boolean): JsonObject;
}

/** What endpoints of entities work with. */
export interface EntityContext {
  readonly writer: ConfigWriter;
  readonly presenter: EntityPresenter;
  /**
   * Reads a body as fields of an entity.
   * @param stored the entity that the body changes, if it does; it says what a plugin's config is when the body does not
   */
  readonly readBody: (call: AdminCall, kind: EntityKind, stored?: () => Row | null) => JsonObject;
}

/** An endpoint that reads. `read` may answer a text that is JSON already. */
export function reading(path: string, read: (call: AdminCall) => unknown): Endpoint {
  return { method: 'GET', path, handle: async (call) => ({ status: 200, body: await read(call) }) };
}

/** What an endpoint that writes does. */
export interface WriteSteps<Body> {
  readonly kind: EntityKind;
  readonly status: 200 | 201 | 204;
  /** The parameter that may name the entity, for the words of a refusal. */
  readonly keyed?: 'key' | 'child';
  /** Decodes the body, before anything is looked up. */
  readonly read: (call: AdminCall) => Body;
  /** Changes entities and makes the answer. May run again, see `ConfigWriter.write`. */
  readonly edit: (edit: EntityEdit, body: Body, call: AdminCall) => unknown;
}

/** An endpoint that writes; where writing is off it answers as Kong does without a database. */
export function writing<Body>(
  { writer }: EntityContext,
  method: AdminMethod,
  path: string,
  { kind, status, keyed, read, edit }: WriteSteps<Body>,
): Endpoint {
  return {
    method,
    path,
    async handle(call): Promise<AdminReply> {
      if (writer.mode === 'off') throw writesOff(method, kind, keyed === undefined ? null : (call.params[keyed] ?? ''));
      const content = read(call);
      const body = await writer.write(call.origin, (entities) => edit(entities, content, call));
      return status === 204 ? { status } : { status, body };
    },
  };
}

/** Nothing of a body counts, not even that it is broken. */
export function noBody(): null {
  return null;
}

const verbs: Readonly<Record<Exclude<AdminMethod, 'GET'>, string>> = {
  POST: 'create',
  PATCH: 'update',
  PUT: 'create or update',
  DELETE: 'remove',
};

function writesOff(method: AdminMethod, kind: EntityKind, key: string | null): AdminError {
  const field = key === null || isEntityId(key) ? null : endpointKeyOf(kind);
  const what = `cannot ${method === 'GET' ? 'read' : verbs[method]} '${kind}' entities`;
  return new AdminError(405, {
    code: 12,
    name: 'operation unsupported',
    // The hint stands in the message since that is all decK prints.
    message:
      `${what}${field === null ? '' : ` by '${field}'`} when not using a database ` +
      '(gw: start with --admin-writes=memory or file)',
  });
}
