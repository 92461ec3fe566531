import { randomUUID } from 'node:crypto';
import type { Draft } from '../../src/config/draft.ts';
import { inspectConfig } from '../../src/config/load-config.ts';
import { parseServiceUrl } from '../../src/config/service-url.ts';
import { allKinds, type EntityKind, entityKinds } from '../../src/entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { corpusTime } from './corpus.ts';

/** An entity with its id, flat, references as `{"id": …}`. */
export interface StateEntry {
  readonly kind: EntityKind;
  readonly fields: JsonObject & { readonly id: string };
}

/** What a gateway has, or is to have. */
export type State = readonly StateEntry[];

/** A file refers to what it leaves to the gateway. */
export class PartOfConfig extends Error {
  override readonly name = 'PartOfConfig';
}

/**
 * What a file says, and nothing else: no defaults. Entities that `current` has, by name or by what they belong to, get
 * the id that they have there.
 * @throws {PartOfConfig} and when the file has errors
 */
export function stateOfFile(text: string, current: State): State {
  const inspection = inspectConfig([{ name: 'kong.yml', text }], {
    catalog: pluginCatalog,
    now: corpusTime,
    mockEnv: true,
  });
  const errors = inspection.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '));
  const known = new Map(current.map((entry) => [identityOf(entry), entry.fields.id]));
  /** Kind and id by our own reckoning, to the id that counts. */
  const ids = new Map<string, string>();
  const entries: StateEntry[] = [];
  for (const kind of allKinds) {
    for (const draft of inspection.drafts[kind]) {
      const derived = inspection.index.idOf(draft);
      if (inspection.references.get(draft)?.isIncomplete === true || Array.isArray(draft.fields.partials))
        throw new PartOfConfig();
      const links = Object.entries(inspection.references.get(draft)?.ids ?? {}).map(([field, to]) => {
        const target = entityKinds[kind].references[field];
        return [field, { id: ids.get(`${target}:${to}`) ?? to }] as const;
      });
      const fields = { ...ownFields(draft), ...Object.fromEntries(links) };
      const wanted = typeof draft.fields.id === 'string' ? draft.fields.id.toLowerCase() : null;
      const id = wanted ?? known.get(identityOf({ kind, fields: { ...fields, id: '' } })) ?? randomUUID();
      ids.set(`${kind}:${derived}`, id);
      entries.push({ kind, fields: { ...fields, id } });
    }
  }
  // A membership may be told by the consumer and by the group.
  return [
    ...new Map(
      entries.map((entry) => [entry.kind === 'consumer_group_consumers' ? identityOf(entry) : entry, entry]),
    ).values(),
  ];
}

/** What makes two entities the same one: a name, or what an entity without a name belongs to. */
export function identityOf({ kind, fields }: StateEntry): string {
  const { nameField, unique, idFields, uniqueTogether, references } = entityKinds[kind];
  const scope = kind === 'plugins' ? ['name', ...Object.keys(references)] : null;
  const own = kind === 'consumer_group_consumers' || kind === 'acls' ? [...Object.keys(references), 'group'] : null;
  const named = nameField === null ? unique.slice(0, 1) : [nameField];
  const keys =
    scope ?? own ?? (named.length > 0 ? named : (uniqueTogether[0] ?? (idFields.length > 0 ? idFields : ['cert'])));
  return JSON.stringify([kind, ...keys.map((key) => identifying(fields[key]))]);
}

function identifying(value: JsonValue | undefined): JsonValue {
  return isJsonObject(value) ? (value.id ?? null) : (value ?? null);
}

/** What the entity itself says, without its nested entities and the keys that only a file has. */
function ownFields({ kind, fields }: Draft): JsonObject {
  const { children, references } = entityKinds[kind];
  const dropped = new Set(['id', 'url', ...Object.keys(references), ...children.map(({ key }) => key)]);
  const own = Object.entries(fields).filter(([key]) => !dropped.has(key) && !key.startsWith('_'));
  // decK writes a target with the port that it has when it says none.
  if (kind === 'targets' && typeof fields.target === 'string' && !/:\d+$/.test(fields.target)) {
    return { ...Object.fromEntries(own), target: `${fields.target}:8000` };
  }
  const url = kind === 'services' && typeof fields.url === 'string' ? parseServiceUrl(fields.url) : null;
  if (url === null || typeof url === 'string') return Object.fromEntries(own);
  const { protocol, host, port, path } = url;
  return { ...Object.fromEntries(own), protocol, host, port, path };
}
