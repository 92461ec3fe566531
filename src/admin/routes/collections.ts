import { endpointKeyOf } from '../../config/store/endpoint-key.ts';
import { type EntityKind, entityKinds } from '../../entities/kinds.ts';

/** How paths call the entities of a kind. */
export interface Collection {
  readonly kind: EntityKind;
  /** What its paths begin with. */
  readonly name: string;
  /** What follows an entity that it refers to. */
  readonly nestedName: string;
  /** Whether it is below other entities only. */
  readonly isNestedOnly: boolean;
}

/** A reference that paths can follow: down as `/services/{key}/routes`, up as `/routes/{key}/service`. */
export interface Pair {
  readonly parent: Collection;
  readonly child: Collection;
  /** The field of the child that leads to the parent. */
  readonly field: string;
  /**
   * What a path below the parent calls a child, where no two children of one parent have the same but others may;
   * `null` where a name is one for all.
   */
  readonly localKey: string | null;
  /** Kong has no way up from some. */
  readonly hasWayUp: boolean;
}

/** Kinds whose paths are not called as they are: what they begin with, and what follows another entity. */
const pathNames: Partial<Record<EntityKind, readonly [name: string, nestedName: string]>> = {
  key_sets: ['key-sets', 'key-sets'],
  keyauth_credentials: ['key-auths', 'key-auth'],
  keyauth_enc_credentials: ['key-auths-enc', 'key-auth-enc'],
  basicauth_credentials: ['basic-auths', 'basic-auth'],
  hmacauth_credentials: ['hmac-auths', 'hmac-auth'],
  jwt_secrets: ['jwts', 'jwt'],
  mtls_auth_credentials: ['mtls-auths', 'mtls-auth'],
  oauth2_credentials: ['oauth2', 'oauth2'],
  filter_chains: ['filter-chains', 'filter-chains'],
  degraphql_routes: ['degraphql_routes', 'degraphql/routes'],
  graphql_ratelimiting_cost_decorations: [
    'graphql-rate-limiting-advanced/costs',
    'graphql-rate-limiting-advanced/costs',
  ],
};

/** All others are not found: decK takes that for "there are none", and for "there is no such thing in this Kong". */
const served = [
  ...([
    'services',
    'routes',
    'consumers',
    'plugins',
    'upstreams',
    'targets',
    'certificates',
    'ca_certificates',
  ] as const),
  ...(['snis', 'consumer_groups', 'vaults', 'keys', 'key_sets', 'acls', 'keyauth_credentials'] as const),
  ...(['keyauth_enc_credentials', 'basicauth_credentials', 'hmacauth_credentials', 'jwt_secrets'] as const),
  ...(['mtls_auth_credentials', 'oauth2_credentials', 'oauth2_tokens'] as const),
  // gw does not run these: it keeps them.
  ...(['partials', 'filter_chains', 'degraphql_routes', 'graphql_ratelimiting_cost_decorations'] as const),
] satisfies readonly EntityKind[];

/** Kong deliberately has no list of all targets. */
const nestedOnly: ReadonlySet<EntityKind> = new Set(['targets']);
const withoutWayUp: ReadonlySet<EntityKind> = new Set(['targets', 'snis']);

/** Everything that the Admin API has collections of. */
export const collections: readonly Collection[] = served.map((kind) => {
  const [name, nestedName] = pathNames[kind] ?? [kind, kind];
  return { kind, name, nestedName, isNestedOnly: nestedOnly.has(kind) };
});

/** All references among them. */
export const pairs: readonly Pair[] = collections.flatMap((child) =>
  Object.entries(entityKinds[child.kind].references).flatMap(([field, kind]) => {
    const parent = collections.find((candidate) => candidate.kind === kind);
    if (parent === undefined) return [];
    return [{ parent, child, field, localKey: localKeyOf(child.kind, field), hasWayUp: !withoutWayUp.has(child.kind) }];
  }),
);

function localKeyOf(kind: EntityKind, field: string): string | null {
  const { unique, uniqueTogether } = entityKinds[kind];
  const key = endpointKeyOf(kind);
  if (key !== null && unique.includes(key)) return null;
  const group = uniqueTogether.find((fields) => fields.includes(field));
  return group?.find((other) => other !== field) ?? null;
}
