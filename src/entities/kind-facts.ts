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
  /** Fields that count there only when they are set, so that entities without them have the ids of Kong's open edition. */
  readonly optionalIdFields: readonly string[];
}

/** What a kind has that says nothing else. */
export const none: KindFacts = {
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
  optionalIdFields: [],
};

/** A child list that is called as its kind. */
export function lists(via: string, ...kinds: readonly EntityKind[]): readonly ChildList[] {
  return kinds.map((kind) => ({ key: kind, kind, via }));
}
