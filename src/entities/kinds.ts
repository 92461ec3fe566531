/**
 * Every kind of entity that a declarative file can hold: what its list is called, what names an entity, what it refers
 * to and what may stand inside it. Nesting, references, uniqueness, derived ids, rendering and comparing all go by
 * this one table. Sources: Kong's `db/schema/entities`, the `daos.lua` of its plugins, decK's file format.
 */

import { credentialKinds, credentials } from './credential-kinds.ts';
import { type ChildList, type EntityKind, type KindFacts, lists, none } from './kind-facts.ts';

export type { ChildList, EntityKind, KindFacts };

const plugins: ChildList = { key: 'plugins', kind: 'plugins', via: '' };

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
    optionalIdFields: ['consumer_group'],
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
  ...credentialKinds,
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
export const runKinds = [
  'services',
  'routes',
  'consumers',
  'plugins',
  'upstreams',
  'targets',
  'certificates',
  'snis',
  'ca_certificates',
  'consumer_groups',
  'consumer_group_consumers',
  'acls',
] as const;

/** Those that are counted even when there are none. */
export const mainKinds = ['services', 'routes', 'consumers', 'plugins'] as const satisfies readonly EntityKind[];

/** A kind that gw runs. */
export type RunKind = (typeof runKinds)[number];

/** A kind that gw checks but does not run. */
export type OtherKind = Exclude<EntityKind, RunKind>;

/** Whether gw runs entities of a kind. */
export function isRunKind(kind: EntityKind): kind is RunKind {
  return (runKinds as readonly EntityKind[]).includes(kind);
}
