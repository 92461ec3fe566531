import { generatedFields } from '../../config/store/generated-fields.ts';
import { credentials } from '../../entities/credential-kinds.ts';
import type { EntityKind } from '../../entities/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { FieldFacts } from './field-of-schema.ts';

/** What Kong's schema of a kind says that ours does not. */
export interface EntityFacts extends FieldFacts {
  /** Fields that an entity must have once its shorthands are read. */
  readonly required: readonly string[];
  /** Fields that only bodies have. */
  readonly inputs: readonly string[];
  /** Fields that answers have only when they are set. */
  readonly extras: readonly string[];
  /** Fields of ours that Kong does not have. */
  readonly absent: readonly string[];
  /** Kong's rules about several fields, for people. */
  readonly checks: readonly JsonObject[];
}

const sets: Partial<Record<EntityKind, readonly string[]>> = {
  routes: ['protocols', 'methods', 'snis', 'sources', 'destinations'],
  plugins: ['protocols'],
};

const inputs: Partial<Record<EntityKind, readonly string[]>> = { services: ['url'] };

/** decK turns a listed record without defaults into an empty one, so those of Enterprise are not listed. */
const extras: Partial<Record<EntityKind, readonly string[]>> = {
  services: ['tls_sans'],
  routes: ['expression', 'priority'],
  plugins: ['ordering', 'partials', 'condition'],
  keyauth_credentials: ['ttl'],
  keyauth_enc_credentials: ['ttl'],
};

/** Kinds that say when they were made, and not when they were changed. */
const neverUpdated: ReadonlySet<EntityKind> = new Set<EntityKind>([
  ...credentials.map(({ kind }) => kind),
  'graphql_ratelimiting_cost_decorations',
  'oauth2_tokens',
  'oauth2_authorization_codes',
]);

const checks: Partial<Record<EntityKind, readonly JsonObject[]>> = {
  consumers: [{ at_least_one_of: ['custom_id', 'username'] }],
  certificates: [{ mutually_required: ['cert_alt', 'key_alt'] }],
};

/** The facts about a kind. */
export function entityFacts(kind: EntityKind): EntityFacts {
  return {
    sets: new Set(['tags', ...(sets[kind] ?? [])]),
    autos: new Set(['id', 'created_at', 'updated_at', ...(generatedFields[kind] ?? [])]),
    kept: new Set(),
    required: kind === 'services' ? ['host'] : [],
    inputs: inputs[kind] ?? [],
    extras: extras[kind] ?? [],
    absent: absentIn(kind),
    checks: checks[kind] ?? [],
  };
}

function absentIn(kind: EntityKind): readonly string[] {
  if (kind === 'consumer_group_consumers') return ['created_at', 'updated_at'];
  return neverUpdated.has(kind) ? ['updated_at'] : [];
}

const queueFields = ['retry_count', 'queue_size', 'flush_timeout'];

/** Of the configs of Kong's plugins. */
const pluginFacts: Readonly<Record<string, Partial<Record<keyof FieldFacts, readonly string[]>>>> = {
  datadog: { kept: queueFields },
  'http-log': { kept: queueFields },
  jwt: { sets: ['uri_param_names', 'cookie_names', 'claims_to_verify', 'header_names'] },
  loggly: { sets: ['tags'] },
  oauth2: { autos: ['provision_key'] },
  'openid-connect': {
    // decK sends `null` for it, so that nothing is made that the other side of its comparison would lack.
    autos: ['cache_tokens_salt'],
    kept: [
      'downstream_headers_claims',
      'downstream_headers_names',
      'token_exchange_endpoint',
      'upstream_headers_claims',
      'upstream_headers_names',
    ],
  },
  opentelemetry: { kept: ['batch_span_count', 'batch_flush_delay'] },
  session: { sets: ['request_headers', 'response_headers', 'logout_methods'] },
  statsd: { kept: queueFields },
};

/** The facts about the config of a plugin. */
export function configFacts(plugin: string): FieldFacts {
  const { sets = [], autos = [], kept = [] } = Object.hasOwn(pluginFacts, plugin) ? (pluginFacts[plugin] ?? {}) : {};
  return { sets: new Set(sets), autos: new Set(autos), kept: new Set(kept) };
}
