import { randomUUID } from 'node:crypto';
import type { EntityKind } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { EntityChange } from '../edit/entity-change.ts';
import { endpointKeyOf, isEntityId } from './endpoint-key.ts';
import type { EntityChecker } from './entity-checker.ts';
import type { EntityOrigins } from './entity-origins.ts';
import type { EntityTable } from './entity-table.ts';
import type { EntityEdit, EntityKey, Row } from './entity-view.ts';
import { configSchemaFor, fullSchema } from './full-schema.ts';
import { withGenerated } from './generated-fields.ts';
import { mergePatch } from './merge-patch.ts';
import { referrersOf } from './on-delete.ts';
import { fieldProblem, idProblem, referencedProblem, takenIdProblem, uniqueProblem } from './problems.ts';
import { checkReferences, readReferences } from './read-references.ts';
import { settleOldFields } from './settle-old-fields.ts';
import { uniqueFieldsOf } from './unique-keys.ts';

/** What edits work with. */
export interface EntityEditsOptions {
  readonly table: EntityTable;
  readonly checker: EntityChecker;
  readonly catalog: PluginCatalog;
  /** Milliseconds. */
  now(): number;
  readonly origins: EntityOrigins;
}

/** Changes entities of a table step by step, and remembers the steps so that they can be undone. */
export class EntityEdits implements EntityEdit {
  readonly #options: EntityEditsOptions;
  readonly #table: EntityTable;
  readonly #changes: EntityChange[] = [];

  constructor(options: EntityEditsOptions) {
    this.#options = options;
    this.#table = options.table;
  }

  /** What was done, in its order. */
  get changes(): readonly EntityChange[] {
    return this.#changes;
  }

  /** Undoes all but the first `count` changes. */
  undoTo(count: number): void {
    while (this.#changes.length > count) {
      const change = this.#changes.pop();
      if (change !== undefined) this.#table.change({ ...change, before: change.after, after: change.before });
    }
  }

  all(kind: EntityKind): readonly Row[] {
    return this.#table.all(kind);
  }

  get(kind: EntityKind, id: string): Row | null {
    return this.#table.get(kind, id);
  }

  named(kind: EntityKind, name: string): Row | null {
    return this.#table.named(kind, name);
  }

  referring(kind: EntityKind, field: string, id: string): readonly Row[] {
    return this.#table.referring(kind, field, id);
  }

  create(kind: EntityKind, fields: JsonObject): Row {
    const id = this.#idIn(fields) ?? randomUUID();
    if (this.#table.get(kind, id) !== null) throw takenIdProblem(id);
    return this.#put(kind, id, null, withGenerated(kind, fields));
  }

  replace(kind: EntityKind, key: EntityKey, fields: JsonObject): Row {
    const before = key.by === 'id' ? this.#table.get(kind, key.text) : this.#table.named(kind, key.text);
    const named = key.by === 'id' ? fields : this.#withName(kind, key.text, fields);
    const said = this.#idIn(fields);
    const id = before?.id ?? (key.by === 'id' ? key.text.toLowerCase() : (said ?? randomUUID()));
    if (said !== null && said !== id) throw fieldProblem(['id'], 'immutable field cannot be updated');
    if (before === null && key.by === 'name' && this.#table.get(kind, id) !== null) throw takenIdProblem(id);
    return this.#put(kind, id, before, withGenerated(kind, named));
  }

  update(kind: EntityKind, id: string, changes: JsonObject): Row {
    const before = this.#table.get(kind, id);
    if (before === null) throw new TypeError(`there is no entity "${id}" among the ${kind}`);
    const said = this.#idIn(changes);
    if (said !== null && said !== before.id) throw fieldProblem(['id'], 'immutable field cannot be updated');
    const resolved = this.#options.origins.resolve(before, changes);
    const schema = fullSchema(kind, { ...before, ...resolved }, this.#options.catalog);
    const merged = mergePatch(before, readReferences(kind, resolved, this.#table), schema);
    return this.#put(kind, before.id, before, this.#settled(kind, merged, resolved));
  }

  #settled(kind: EntityKind, merged: JsonObject, changes: JsonObject): JsonObject {
    if (kind !== 'plugins' && kind !== 'partials') return merged;
    const schema = configSchemaFor(kind, merged, this.#options.catalog);
    const { config } = merged;
    if (schema === null || !isJsonObject(config) || !isJsonObject(changes.config)) return merged;
    return { ...merged, config: settleOldFields(config, changes.config, schema) };
  }

  remove(kind: EntityKind, id: string): void {
    const row = this.#table.get(kind, id);
    if (row === null) return;
    const start = this.#changes.length;
    try {
      this.#removeRow(kind, row);
    } catch (error) {
      this.undoTo(start);
      throw error;
    }
  }

  #removeRow(kind: EntityKind, row: Row): void {
    const referrers = referrersOf(kind).flatMap((referrer) =>
      this.#table.referring(referrer.kind, referrer.field, row.id).map((child) => ({ ...referrer, child })),
    );
    const kept = referrers.find(({ onDelete }) => onDelete === 'restrict');
    if (kept !== undefined) throw referencedProblem(kind, kept.kind);
    for (const { kind: childKind, child } of referrers) {
      // It may have gone with another: a token with its service and with its credential.
      const current = this.#table.get(childKind, child.id);
      if (current !== null) this.#removeRow(childKind, current);
    }
    this.#do({ kind, id: row.id, before: row, after: null });
  }

  #put(kind: EntityKind, id: string, before: Row | null, given: JsonObject): Row {
    const resolved = before === null ? given : this.#options.origins.resolve(before, given);
    const fields = readReferences(kind, resolved, this.#table);
    const now = Math.floor(this.#options.now() / 1000);
    const created = fields.created_at ?? before?.created_at ?? now;
    const dated = { ...fields, id, created_at: created, updated_at: now };
    const row = this.#options.checker.check(kind, dated, this.#table);
    checkReferences(kind, row, this.#table);
    const conflict = this.#table.conflictOf(kind, row);
    if (conflict !== null) throw uniqueProblem(uniqueFieldsOf(kind, conflict, row));
    if (before !== null) this.#options.origins.carry(before, row);
    this.#do({ kind, id, before, after: row });
    return row;
  }

  #do(change: EntityChange): void {
    this.#table.change(change);
    this.#changes.push(change);
  }

  /** The id a body gives; `null` when it gives none. */
  #idIn({ id }: JsonObject): string | null {
    if (id === undefined || id === null) return null;
    if (typeof id !== 'string') throw fieldProblem(['id'], 'expected a string');
    if (!isEntityId(id)) throw fieldProblem(['id'], 'expected a valid UUID');
    return id.toLowerCase();
  }

  /** What a path says of the name counts more than the body. */
  #withName(kind: EntityKind, name: string, fields: JsonObject): JsonObject {
    if (kind === 'certificates') return fields;
    const field = endpointKeyOf(kind);
    if (field === null) throw idProblem(name);
    return { ...fields, [field]: name };
  }
}
