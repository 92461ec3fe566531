/**
 * Every kind of entity that a declarative file can hold: what its list is called, what names an entity, what it refers
 * to and what may stand inside it. Nesting, references, uniqueness, derived ids, rendering and comparing all go by
 * this one table. Sources: Kong's `db/schema/entities`, the `daos.lua` of its plugins, decK's file format.
 */

/** Lists of a declarative file, by the plural names that Kong uses in files and in the Admin API. */
export type EntityKind =
  | 'services'
  | 'routes'
  | 'consumers'
  | 'plugins'
  | 'consumer_groups'
  | 'upstreams'
  | 'targets'
  | 'certificates'
  | 'snis'
  | 'ca_certificates'
  | 'vaults'
  | 'keys'
  | 'key_sets'
  | 'partials'
  | 'filter_chains'
  | 'acls'
  | 'keyauth_credentials'
  | 'keyauth_enc_credentials'
  | 'basicauth_credentials'
  | 'hmacauth_credentials'
  | 'jwt_secrets'
  | 'mtls_auth_credentials'
  | 'oauth2_credentials'
  | 'oauth2_tokens'
  | 'oauth2_authorization_codes'
  | 'consumer_group_consumers'
  | 'consumer_group_plugins'
  | 'acme_storage'
  | 'workspaces'
  | 'degraphql_routes'
  | 'graphql_ratelimiting_cost_decorations'
  | 'rbac_roles'
  | 'licenses'
  | 'service_packages'
  | 'custom_entities'
  | 'custom_plugins'
  | 'cloned_plugins';

/** A list that may stand inside an entity. */
export interface ChildList {
  /** The key it has there: mostly the kind's own, but `groups` of a consumer. */
  readonly key: string;
  readonly kind: EntityKind;
  /** The field of the child that the nesting stands for. */
  readonly via: string;
  /** For a list of references instead of entities: the field of the child that each entry is. */
  readonly joins?: string;
}

/** What is known about a kind. */
export interface KindFacts {
  /** Name of its schema, and of fields that refer to it unless they have a name of their own. */
  readonly singular: string;
  /** What people call one of them. */
  readonly label: string;
  /** The field whose value names it in references (Kong's endpoint key); `null` when only the id does. */
  readonly nameField: string | null;
  /** Fields that refer to another entity, and the kind they lead to. */
  readonly references: Readonly<Record<string, EntityKind>>;
  /** Those of {@link references} that must be there, unless the nesting says it. */
  readonly required: readonly string[];
  readonly children: readonly ChildList[];
  /** Fields of which no two of a kind may have the same value. */
  readonly unique: readonly string[];
  /** Groups of fields that together must differ; references count by what they lead to. */
  readonly uniqueTogether: readonly (readonly string[])[];
  /** Whether values of {@link unique} fields are secrets, never to be printed. */
  readonly hasSecretNames: boolean;
  /** Fields of Kong's cache key: ids are derived from it, and from {@link nameField} where there is none. */
  readonly idFields: readonly string[];
}

const none: KindFacts = {
  singular: '',
  label: '',
  nameField: null,
  references: {},
  required: [],
  children: [],
  unique: [],
  uniqueTogether: [],
  hasSecretNames: false,
  idFields: [],
};

const plugins: ChildList = { key: 'plugins', kind: 'plugins', via: '' };

/** A child list that is called as its kind. */
function lists(via: string, ...kinds: readonly EntityKind[]): readonly ChildList[] {
  return kinds.map((kind) => ({ key: kind, kind, via }));
}

/** A credential: belongs to a consumer and is found by what the client presents. */
function credential(singular: string, label: string, name: string | null, extra: Partial<KindFacts> = {}): KindFacts {
  const unique = name === null ? [] : [name];
  const own = { singular, label, nameField: name, unique, idFields: unique, hasSecretNames: name === 'key' };
  return { ...none, references: { consumer: 'consumers' }, required: ['consumer'], ...own, ...extra };
}

const credentials = lists(
  'consumer',
  ...(['acls', 'keyauth_credentials', 'keyauth_enc_credentials', 'basicauth_credentials'] as const),
  ...(['hmacauth_credentials', 'jwt_secrets', 'mtls_auth_credentials', 'oauth2_credentials'] as const),
);

const routed = { service: 'services', route: 'routes' } as const;

/** The table. Parents stand before what refers to them. */
export const entityKinds: Readonly<Record<EntityKind, KindFacts>> = {
  certificates: {
    ...none,
    singular: 'certificate',
    label: 'certificate',
    children: [...lists('certificate', 'snis'), ...lists('client_certificate', 'services', 'upstreams')],
  },
  services: {
    ...none,
    singular: 'service',
    label: 'service',
    nameField: 'name',
    references: { client_certificate: 'certificates' },
    children: lists(
      'service',
      'routes',
      'plugins',
      'filter_chains',
      'degraphql_routes',
      'graphql_ratelimiting_cost_decorations',
    ),
    unique: ['name'],
  },
  routes: {
    ...none,
    singular: 'route',
    label: 'route',
    nameField: 'name',
    references: { service: 'services' },
    children: lists('route', 'plugins', 'filter_chains'),
    unique: ['name'],
  },
  consumer_groups: {
    ...none,
    singular: 'consumer_group',
    label: 'consumer group',
    nameField: 'name',
    children: [
      { ...plugins, via: 'consumer_group' },
      { key: 'consumers', kind: 'consumer_group_consumers', via: 'consumer_group', joins: 'consumer' },
    ],
    unique: ['name'],
  },
  consumers: {
    ...none,
    singular: 'consumer',
    label: 'consumer',
    nameField: 'username',
    children: [
      { ...plugins, via: 'consumer' },
      ...credentials,
      { key: 'groups', kind: 'consumer_group_consumers', via: 'consumer', joins: 'consumer_group' },
    ],
    unique: ['username', 'custom_id'],
  },
  partials: { ...none, singular: 'partial', label: 'partial', nameField: 'name', unique: ['name'] },
  plugins: {
    ...none,
    singular: 'plugin',
    label: 'plugin',
    references: { ...routed, consumer: 'consumers', consumer_group: 'consumer_groups' },
    unique: ['instance_name'],
    idFields: ['name', 'route', 'service', 'consumer'],
  },
  upstreams: {
    ...none,
    singular: 'upstream',
    label: 'upstream',
    nameField: 'name',
    references: { client_certificate: 'certificates' },
    children: lists('upstream', 'targets'),
    unique: ['name'],
  },
  targets: {
    ...none,
    singular: 'target',
    label: 'target',
    references: { upstream: 'upstreams' },
    required: ['upstream'],
    uniqueTogether: [['upstream', 'target']],
    idFields: ['upstream', 'target'],
  },
  snis: {
    ...none,
    singular: 'sni',
    label: 'SNI',
    nameField: 'name',
    references: { certificate: 'certificates' },
    required: ['certificate'],
    unique: ['name'],
  },
  ca_certificates: { ...none, singular: 'ca_certificate', label: 'CA certificate' },
  vaults: { ...none, singular: 'vault', label: 'vault', nameField: 'prefix', unique: ['prefix'], idFields: ['prefix'] },
  key_sets: {
    ...none,
    singular: 'key_set',
    label: 'key set',
    nameField: 'name',
    children: lists('set', 'keys'),
    unique: ['name'],
  },
  keys: {
    ...none,
    singular: 'key',
    label: 'key',
    nameField: 'name',
    references: { set: 'key_sets' },
    unique: ['name'],
    uniqueTogether: [['kid', 'set']],
    idFields: ['kid', 'set'],
  },
  filter_chains: {
    ...none,
    singular: 'filter_chain',
    label: 'filter chain',
    nameField: 'name',
    references: routed,
    unique: ['name'],
    uniqueTogether: [['route', 'service']],
    idFields: ['route', 'service'],
  },
  acls: credential('acl', 'ACL group', null, {
    uniqueTogether: [['consumer', 'group']],
    idFields: ['consumer', 'group'],
  }),
  keyauth_credentials: credential('keyauth_credential', 'key-auth credential', 'key'),
  keyauth_enc_credentials: credential('keyauth_enc_credential', 'key-auth-enc credential', 'key'),
  basicauth_credentials: credential('basicauth_credential', 'basic-auth credential', 'username'),
  hmacauth_credentials: credential('hmacauth_credential', 'hmac-auth credential', 'username'),
  jwt_secrets: credential('jwt_secret', 'JWT credential', 'key'),
  mtls_auth_credentials: credential('mtls_auth_credential', 'mtls-auth credential', null, {
    references: { consumer: 'consumers', ca_certificate: 'ca_certificates' },
    idFields: ['subject_name', 'ca_certificate'],
  }),
  oauth2_credentials: credential('oauth2_credential', 'OAuth 2.0 credential', 'client_id', {
    children: lists('credential', 'oauth2_tokens', 'oauth2_authorization_codes'),
  }),
  oauth2_tokens: {
    ...none,
    singular: 'oauth2_token',
    label: 'OAuth 2.0 token',
    nameField: 'access_token',
    idFields: ['access_token'],
    references: { credential: 'oauth2_credentials', service: 'services' },
    required: ['credential'],
    unique: ['access_token', 'refresh_token'],
    hasSecretNames: true,
  },
  oauth2_authorization_codes: {
    ...none,
    singular: 'oauth2_authorization_code',
    label: 'OAuth 2.0 authorization code',
    nameField: 'code',
    references: { credential: 'oauth2_credentials', service: 'services', plugin: 'plugins' },
    required: ['credential'],
    unique: ['code'],
    hasSecretNames: true,
  },
  consumer_group_consumers: {
    ...none,
    singular: 'consumer_group_consumer',
    label: 'group membership',
    references: { consumer_group: 'consumer_groups', consumer: 'consumers' },
    required: ['consumer_group', 'consumer'],
  },
  consumer_group_plugins: {
    ...none,
    singular: 'consumer_group_plugin',
    label: 'group plugin',
    references: { consumer_group: 'consumer_groups' },
    required: ['consumer_group'],
  },
  acme_storage: { ...none, singular: 'acme_storage', label: 'ACME record', nameField: 'key', unique: ['key'] },
  workspaces: { ...none, singular: 'workspace', label: 'workspace', nameField: 'name', unique: ['name'] },
  degraphql_routes: {
    ...none,
    singular: 'degraphql_route',
    label: 'DeGraphQL route',
    references: { service: 'services' },
  },
  graphql_ratelimiting_cost_decorations: {
    ...none,
    singular: 'graphql_ratelimiting_cost_decoration',
    label: 'GraphQL cost decoration',
    references: { service: 'services' },
  },
  rbac_roles: { ...none, singular: 'rbac_role', label: 'RBAC role', nameField: 'name', unique: ['name'] },
  licenses: { ...none, singular: 'license', label: 'license' },
  service_packages: { ...none, singular: 'service_package', label: 'service package', nameField: 'name' },
  custom_entities: { ...none, singular: 'custom_entity', label: 'custom entity' },
  custom_plugins: { ...none, singular: 'custom_plugin', label: 'custom plugin', nameField: 'name', unique: ['name'] },
  cloned_plugins: { ...none, singular: 'cloned_plugin', label: 'cloned plugin', nameField: 'name', unique: ['name'] },
};

/** All kinds, in the order of the table. */
export const allKinds = Object.keys(entityKinds) as readonly EntityKind[];

/** Kinds that gw runs; the others are checked and reported. */
export const runKinds = ['services', 'routes', 'consumers', 'plugins'] as const;

/** A kind that gw runs. */
export type RunKind = (typeof runKinds)[number];

/** A kind that gw checks but does not run. */
export type OtherKind = Exclude<EntityKind, RunKind>;

/** Whether gw runs entities of a kind. */
export function isRunKind(kind: EntityKind): kind is RunKind {
  return (runKinds as readonly EntityKind[]).includes(kind);
}
