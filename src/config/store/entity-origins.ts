import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import { allKinds, entityKinds } from '../../entities/kinds.ts';
import type { Draft } from '../draft.ts';
import type { Inspection } from '../load-config.ts';
import { GivenConfig, type Place } from '../plugin-given.ts';
import type { EntityView, Row } from './entity-view.ts';
import { valueAt } from './kong-words.ts';

/** A text of an entity that its file has from the environment. */
export interface ValueOrigin {
  /** From the entity. */
  readonly path: JsonPath;
  /** As the file says it, such as `${{ env "DECK_SECRET" }}`. */
  readonly text: string;
  /** What it stands for. */
  readonly value: string;
}

const none: readonly ValueOrigin[] = [];

/**
 * Remembers which values of entities are templates in their files. Clients are shown the templates, and when they
 * send them back they mean the values.
 */
export class EntityOrigins {
  readonly #known = new WeakMap<object, readonly ValueOrigin[]>();

  of(row: object): readonly ValueOrigin[] {
    return this.#known.get(row) ?? none;
  }

  /** Learns of the templates in a config that was loaded. */
  learn({ documents, drafts, index }: Inspection, view: EntityView): void {
    for (const kind of allKinds) {
      for (const draft of drafts[kind]) {
        const origins = originsIn(draft, documents);
        const row = view.get(kind, index.idOf(draft));
        if (row === null) continue;
        if (origins.length > 0) this.#known.set(row, origins);
        else this.#known.delete(row);
      }
    }
  }

  /** A new state of an entity has the templates of the old one where it has their values. */
  carry(before: Row, after: Row): void {
    const kept = this.of(before).filter(({ path, value }) => valueAt(after, path) === value);
    if (kept.length > 0) this.#known.set(after, kept);
  }

  /** What a client says of an entity, with the values of templates that it repeats. */
  resolve(before: Row, fields: JsonObject): JsonObject {
    return this.of(before).reduce((resolved, origin) => {
      const path = placeIn(resolved, origin);
      return path === null ? resolved : (replaceAt(resolved, path, origin.value) as JsonObject);
    }, fields);
  }
}

/** Where the template of an origin is in fields; in a list it may have moved. */
function placeIn(fields: JsonObject, { path, text }: ValueOrigin): JsonPath | null {
  if (valueAt(fields, path) === text) return path;
  const list = typeof path.at(-1) === 'number' ? valueAt(fields, path.slice(0, -1)) : undefined;
  const index = Array.isArray(list) ? list.indexOf(text) : -1;
  return index < 0 ? null : [...path.slice(0, -1), index];
}

function originsIn(draft: Draft, documents: Inspection['documents']): readonly ValueOrigin[] {
  const { document } = draft;
  if (!documents.some((one) => one.hasEnvTexts)) return none;
  const config = draft.kind === 'plugins' ? new GivenConfig(draft, documents) : null;
  const found: ValueOrigin[] = [];
  visitTexts(config === null ? ownFields(draft) : { ...draft.fields, config: config.value }, [], (value, path) => {
    const place: Place =
      config !== null && path[0] === 'config'
        ? config.placeOf(path.slice(1))
        : { document, path: [...draft.path, ...path] };
    if (!place.document.hasEnvText(value) || !place.document.isFromEnv(place.path)) return;
    const written = place.document.written(place.path);
    if (written !== null) found.push({ path, text: unquote(written), value });
  });
  return found;
}

/** Nested entities have origins of their own. */
function ownFields({ kind, fields }: Draft): JsonObject {
  const nested = new Set(entityKinds[kind].children.map(({ key }) => key));
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !nested.has(key)));
}

function visitTexts(value: JsonValue, path: JsonPath, visit: (text: string, path: JsonPath) => void): void {
  if (typeof value === 'string') visit(value, path);
  else if (Array.isArray(value)) {
    for (const [index, entry] of (value as readonly JsonValue[]).entries()) visitTexts(entry, [...path, index], visit);
  } else if (isJsonObject(value)) {
    for (const [key, entry] of Object.entries(value)) visitTexts(entry, [...path, key], visit);
  }
}

/** What a YAML scalar in quotes says. */
function unquote(written: string): string {
  const text = written.trim();
  if (text.startsWith("'") && text.endsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : text;
}

function replaceAt(node: JsonValue, path: JsonPath, value: string): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(node)) {
    return (node as readonly JsonValue[]).map((entry, index) =>
      index === step ? replaceAt(entry, rest, value) : entry,
    );
  }
  return isJsonObject(node) ? { ...node, [step]: replaceAt(node[step] ?? null, rest, value) } : node;
}
