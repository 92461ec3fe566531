import type { EntityKind } from '../../src/entities/kinds.ts';
import { isJsonObject, type JsonObject } from '../../src/lib/json.ts';
import { fillConfig, fillDefaults, isSame, kindsWithDefaults, withoutOldFields } from './replay-rules.ts';
import { identityOf, type State, type StateEntry } from './replay-state.ts';

/** A write that would make the gateway have what is wanted. */
export interface Change {
  readonly op: 'create' | 'update' | 'delete';
  readonly entry: StateEntry;
}

/** The lists of a gateway; those under `/upstreams/{id}` and `/consumer_groups/{id}` come besides. */
const lists: Partial<Record<EntityKind, string>> = {
  certificates: '/certificates',
  ca_certificates: '/ca_certificates',
  consumers: '/consumers',
  vaults: '/vaults',
  key_sets: '/key-sets',
  consumer_groups: '/consumer_groups',
  snis: '/snis',
  services: '/services',
  upstreams: '/upstreams',
  keys: '/keys',
  acls: '/acls',
  keyauth_credentials: '/key-auths',
  basicauth_credentials: '/basic-auths',
  hmacauth_credentials: '/hmac-auths',
  jwt_secrets: '/jwts',
  oauth2_credentials: '/oauth2',
  mtls_auth_credentials: '/mtls-auths',
  routes: '/routes',
  plugins: '/plugins',
};

/** What decK writes at the same time; each level needs those before it. */
const levels: readonly (readonly EntityKind[])[] = [
  ['certificates', 'ca_certificates', 'consumers', 'vaults', 'key_sets'],
  [
    ...(['consumer_groups', 'snis', 'services', 'upstreams', 'keys'] as const),
    ...(['acls', 'keyauth_credentials', 'basicauth_credentials', 'hmacauth_credentials'] as const),
    ...(['jwt_secrets', 'oauth2_credentials', 'mtls_auth_credentials'] as const),
  ],
  ['routes', 'targets', 'consumer_group_consumers'],
  ['plugins'],
];

/** Kinds that the client knows what to do with. */
export const replayedKinds: ReadonlySet<EntityKind> = new Set(levels.flat());

/** Does over HTTP what decK does, without decK: the same requests, and the same idea of what is a difference. */
export class ReplayClient {
  readonly #adminUrl: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(adminUrl: string, headers: Readonly<Record<string, string>> = {}) {
    this.#adminUrl = adminUrl;
    this.#headers = headers;
  }

  /** Everything that the gateway has. */
  async dump(): Promise<State> {
    const kinds = Object.keys(lists) as readonly EntityKind[];
    const flat = await Promise.all(kinds.map((kind) => this.#list(kind, lists[kind] ?? '')));
    const upstreams = flat[kinds.indexOf('upstreams')] ?? [];
    const groups = flat[kinds.indexOf('consumer_groups')] ?? [];
    const targets = await Promise.all(
      upstreams.map(({ fields }) => this.#list('targets', `/upstreams/${fields.id}/targets`)),
    );
    const members = await Promise.all(groups.map(({ fields }) => this.#members(fields.id)));
    return [...flat, ...targets, ...members].flat();
  }

  /** What has to be written for the gateway to have exactly `wanted`. */
  async diff(wanted: State, current?: State): Promise<readonly Change[]> {
    const now = current ?? (await this.dump());
    const byIdentity = new Map(now.map((entry) => [identityOf(entry), entry]));
    const byId = new Map(now.map((entry) => [`${entry.kind}:${entry.fields.id}`, entry]));
    const kept = new Set<StateEntry>();
    const changes: Change[] = [];
    for (const entry of wanted) {
      const found = byId.get(`${entry.kind}:${entry.fields.id}`) ?? byIdentity.get(identityOf(entry));
      if (found === undefined) changes.push({ op: 'create', entry });
      else {
        kept.add(found);
        if (!(await this.#isSame(found, entry))) changes.push({ op: 'update', entry });
      }
    }
    return [...changes, ...now.filter((entry) => !kept.has(entry)).map((entry) => ({ op: 'delete' as const, entry }))];
  }

  /** Writes it, ten requests at once. What another entity takes with it may be deleted twice: that is no error. */
  async sync(wanted: State): Promise<readonly Change[]> {
    const changes = await this.diff(wanted);
    const of = (kinds: readonly EntityKind[], isDelete: boolean): readonly Change[] =>
      changes.filter(({ op, entry }) => kinds.includes(entry.kind) && (op === 'delete') === isDelete);
    for (const kinds of levels) await this.#all(of(kinds, false));
    for (const kinds of [...levels].reverse()) await this.#all(of(kinds, true));
    return changes;
  }

  async reset(): Promise<void> {
    await this.sync([]);
  }

  async #isSame(current: StateEntry, wanted: StateEntry): Promise<boolean> {
    const { kind } = wanted;
    if (kind === 'consumer_group_consumers') return true;
    if (kind === 'plugins') {
      const schema = await this.#get(`/schemas/plugins/${wanted.fields.name as string}`);
      const config = schemaField(schema, 'config');
      const given = isJsonObject(wanted.fields.config) ? wanted.fields.config : {};
      const filled = fillConfig(given, config);
      const protocols = wanted.fields.protocols ?? schemaField(schema, 'protocols').default ?? null;
      const enabled = wanted.fields.enabled ?? true;
      const answered = isJsonObject(current.fields.config) ? current.fields.config : {};
      return isSame(
        kind,
        { ...current.fields, config: withoutOldFields(answered, filled, config) },
        { ...wanted.fields, config: filled, protocols, enabled },
        config,
      );
    }
    const schema = kindsWithDefaults.has(kind) ? await this.#get(`/schemas/${kind}`) : null;
    const filled = schema === null ? wanted.fields : fillDefaults(wanted.fields, schema);
    return isSame(kind, current.fields, filled, null);
  }

  async #all(changes: readonly Change[]): Promise<void> {
    const left = [...changes].reverse();
    const work = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await this.#write(next);
    };
    await Promise.all(Array.from({ length: 10 }, work));
  }

  async #write({ op, entry: { kind, fields } }: Change): Promise<void> {
    if (kind === 'consumer_group_consumers') {
      const list = `/consumer_groups/${idIn(fields, 'consumer_group')}/consumers`;
      const consumer = idIn(fields, 'consumer');
      if (op === 'delete') await this.#send('DELETE', `${list}/${consumer}`);
      else await this.#send('POST', list, { consumer });
      return;
    }
    const path = `${listFor(kind, fields)}/${fields.id}`;
    if (op === 'delete') await this.#send('DELETE', path);
    else
      await this.#send(op === 'update' && kind === 'consumer_groups' ? 'PATCH' : 'PUT', path, withAutos(kind, fields));
  }

  async #list(kind: EntityKind, path: string): Promise<readonly StateEntry[]> {
    const entries: StateEntry[] = [];
    for (let offset = ''; ; ) {
      const page = await this.#get(`${path}?size=1000${offset}`);
      for (const row of page.data as readonly (JsonObject & { readonly id: string })[])
        entries.push({ kind, fields: row });
      if (typeof page.offset !== 'string') return entries;
      offset = `&offset=${encodeURIComponent(page.offset)}`;
    }
  }

  async #members(id: string): Promise<readonly StateEntry[]> {
    const { consumers } = await this.#get(`/consumer_groups/${id}`);
    return ((consumers ?? []) as readonly JsonObject[]).map((consumer) => ({
      kind: 'consumer_group_consumers',
      fields: { id: '', consumer_group: { id }, consumer: { id: consumer.id ?? null } },
    }));
  }

  async #get(path: string): Promise<JsonObject> {
    return await this.#send('GET', path);
  }

  async #send(method: string, path: string, body?: JsonObject): Promise<JsonObject> {
    const response = await fetch(this.#adminUrl + path, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as JsonObject);
  }
}

/** Where an entity of a kind stands: targets and credentials under what they belong to. */
function listFor(kind: EntityKind, fields: JsonObject): string {
  if (kind === 'targets') return `/upstreams/${idIn(fields, 'upstream')}/targets`;
  const list = lists[kind] ?? '';
  const credential = { '/acls': 'acls', '/oauth2': 'oauth2' }[list] ?? list.slice(1).replace(/s$/, '');
  return isCredential(kind) ? `/consumers/${idIn(fields, 'consumer')}/${credential}` : list;
}

function isCredential(kind: EntityKind): boolean {
  return /_credentials$|^acls$|^jwt_secrets$/.test(kind);
}

function idIn(fields: JsonObject, reference: string): string {
  const value = fields[reference];
  return isJsonObject(value) ? (value.id as string) : '';
}

/** Like decK: so that nothing is generated that the file does not say, such fields are sent as null. */
function withAutos(kind: EntityKind, fields: JsonObject): JsonObject {
  if (kind !== 'plugins' || fields.name !== 'openid-connect' || !isJsonObject(fields.config)) return fields;
  return { ...fields, config: { cache_tokens_salt: null, ...fields.config } };
}

function schemaField(schema: JsonObject, name: string): JsonObject {
  const field = ((schema.fields ?? []) as readonly JsonObject[]).map((entry) => entry[name]);
  const found = field.find((entry) => entry !== undefined);
  return isJsonObject(found) ? found : {};
}
