import type { JsonPath } from '../../src/lib/json.ts';

/** Lists of entities that may stand inside an entity of another list. */
const nested: Readonly<Record<string, readonly string[]>> = {
  services: ['routes', 'plugins'],
  routes: ['plugins'],
  consumers: [
    ...['plugins', 'acls', 'keyauth_credentials', 'basicauth_credentials', 'hmacauth_credentials', 'jwt_secrets'],
    'oauth2_credentials',
  ],
  consumer_groups: ['plugins'],
  upstreams: ['targets'],
  certificates: ['snis'],
  key_sets: ['keys'],
};

const credential = { consumer: 'consumers' };

/** Fields that must lead to an entity of the list named; Kong checks no others. */
const references: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  services: { client_certificate: 'certificates' },
  routes: { service: 'services' },
  plugins: { service: 'services', route: 'routes', consumer: 'consumers', consumer_group: 'consumer_groups' },
  upstreams: { client_certificate: 'certificates' },
  targets: { upstream: 'upstreams' },
  snis: { certificate: 'certificates' },
  keys: { set: 'key_sets' },
  acls: credential,
  keyauth_credentials: credential,
  basicauth_credentials: credential,
  hmacauth_credentials: credential,
  jwt_secrets: credential,
  oauth2_credentials: credential,
};

/** Fields that no two entities of a list may share, wherever they stand. */
const unique: Readonly<Record<string, readonly string[]>> = {
  services: ['name', 'id'],
  routes: ['name', 'id'],
  plugins: ['instance_name', 'id'],
  consumers: ['username', 'custom_id', 'id'],
  consumer_groups: ['name', 'id'],
  upstreams: ['name', 'id'],
  certificates: ['id'],
  snis: ['name', 'id'],
  vaults: ['prefix', 'id'],
  key_sets: ['name', 'id'],
  keyauth_credentials: ['key', 'id'],
  basicauth_credentials: ['username', 'id'],
  hmacauth_credentials: ['username', 'id'],
  jwt_secrets: ['key', 'id'],
  oauth2_credentials: ['client_id', 'id'],
};

/** Of these fields an entity must have one. */
const oneOf: Readonly<Record<string, readonly string[]>> = {
  services: ['host', 'url'],
  consumers: ['username', 'custom_id'],
};

/** The list an entity belongs to, if `path` is one of an entity. */
export function entityList(path: JsonPath): string | null {
  const list = path.at(-2);
  if (typeof list !== 'string' || typeof path.at(-1) !== 'number') return null;
  if (path.length === 2) return list in unique || list in references || list in nested ? list : null;
  const owner = entityList(path.slice(0, -2));
  return owner !== null && (nested[owner] ?? []).includes(list) ? list : null;
}

/** Reference fields of a list, each with the list it leads to. */
export function referenceFields(list: string): Readonly<Record<string, string>> {
  return references[list] ?? {};
}

/** Fields of a list that are unique in a config. */
export function uniqueFields(list: string): readonly string[] {
  return unique[list] ?? [];
}

/** Fields of a list of which one is needed. */
export function neededFields(list: string): readonly string[] {
  return oneOf[list] ?? [];
}

/** Lists whose entities may carry references, for collecting what is referred to. */
export const referringLists: readonly string[] = Object.keys(references);
