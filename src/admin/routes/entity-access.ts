import { setImmediate } from 'node:timers/promises';
import { readEntityKey } from '../../config/store/endpoint-key.ts';
import type { EntityEdit, EntityKey, EntityView, Row } from '../../config/store/entity-view.ts';
import type { EntityKind } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { type AdminCall, notFound } from '../endpoint.ts';
import type { Page } from '../page.ts';
import type { EntityPresenter } from './entity-context.ts';

/** How long one slice of a page may take. */
const SLICE_MS = 4;

/** Who an answer is for. */
export type Reader = Pick<AdminCall, 'showsSecrets'>;

/**
 * How endpoints read and change entities of one kind: as the store has them, but for kinds whose Admin API shows more
 * than the entity.
 */
export interface EntityAccess {
  readonly kind: EntityKind;
  /** @param key a decoded segment of a path */
  find(view: EntityView, key: string): Row | null;
  show(view: EntityView, row: Row, reader: Reader): JsonObject;
  /** The answer to `GET` of one, where that is more than the entity; `show` otherwise. */
  showAlone?(view: EntityView, row: Row, call: AdminCall): unknown;
  create(edit: EntityEdit, fields: JsonObject): Row;
  /** @param key as in `EntityEdit.replace` */
  replace(edit: EntityEdit, key: EntityKey, fields: JsonObject): Row;
  update(edit: EntityEdit, row: Row, changes: JsonObject): Row;
}

/** That of most kinds. */
export function plainAccess(kind: EntityKind, presenter: EntityPresenter): EntityAccess {
  return {
    kind,
    find(view, key) {
      const { by, text } = readEntityKey(key);
      return by === 'id' ? view.get(kind, text) : view.named(kind, text);
    },
    show: (_view, row, { showsSecrets }) => presenter.present(kind, row, showsSecrets),
    create: (edit, fields) => edit.create(kind, fields),
    replace: (edit, key, fields) => edit.replace(kind, key, fields),
    update: (edit, row, changes) => edit.update(kind, row.id, changes),
  };
}

/** @throws {AdminError} 404 when there is none */
export function found(row: Row | null): Row {
  if (row === null) throw notFound();
  return row;
}

/** A field that holds text, such as a name; empty when it is unset. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The id that a reference leads to; `null` when it leads nowhere. */
export function referencedId(row: Row, field: string): string | null {
  const reference = row[field];
  return isJsonObject(reference) && typeof reference.id === 'string' ? reference.id : null;
}

/**
 * The text of a page with its entities as clients see them. A thousand plugins are ten megabytes: they are written in
 * slices, so that requests of the proxy do not wait for them.
 */
export async function pageText(
  access: EntityAccess,
  view: EntityView,
  page: Page<Row>,
  reader: Reader,
): Promise<string> {
  const texts: string[] = [];
  let until = performance.now() + SLICE_MS;
  for (const row of page.data) {
    texts.push(JSON.stringify(access.show(view, row, reader)));
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + SLICE_MS;
  }
  const { next, offset } = page;
  const rest = offset === undefined ? { next } : { next, offset };
  return `{"data":[${texts.join(',')}],${JSON.stringify(rest).slice(1)}`;
}
