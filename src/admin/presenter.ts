import type { CaCertificate, Certificate, Sni } from '../entities/certificate.ts';
import type { AclGroup, ConsumerGroup, GroupMembership } from '../entities/consumer-group.ts';
import type { Consumer } from '../entities/consumer.ts';
import type { RunKind } from '../entities/kinds.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import type { Plugin } from '../entities/plugin.ts';
import type { Route } from '../entities/route.ts';
import type { Service } from '../entities/service.ts';
import type { Target, Upstream } from '../entities/upstream.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import { presentConfig, redact, redactByName } from './redact.ts';

/** An entity of any collection. */
export type AnyEntity = EntitySet[RunKind][number];

const serviceFields = [
  'id',
  'name',
  'protocol',
  'host',
  'port',
  'path',
  'retries',
  'connect_timeout',
  'write_timeout',
  'read_timeout',
  'enabled',
  'tags',
  'client_certificate',
  'ca_certificates',
  'tls_verify',
  'tls_verify_depth',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Service)[];

/** Those of Kong's `traditional_compatible` router. */
const routeFields = [
  'id',
  'name',
  'service',
  'protocols',
  'methods',
  'hosts',
  'paths',
  'headers',
  'snis',
  'sources',
  'destinations',
  'https_redirect_status_code',
  'regex_priority',
  'strip_path',
  'path_handling',
  'preserve_host',
  'request_buffering',
  'response_buffering',
  'tags',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Route)[];

const consumerFields = [
  'id',
  'username',
  'custom_id',
  'tags',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Consumer)[];

const pluginFields = [
  'id',
  'name',
  'instance_name',
  'service',
  'route',
  'consumer',
  'consumer_group',
  'enabled',
  'protocols',
  'tags',
  'config',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Plugin)[];

const upstreamFields = [
  'id',
  'name',
  'algorithm',
  'hash_on',
  'hash_fallback',
  'hash_on_header',
  'hash_fallback_header',
  'hash_on_cookie',
  'hash_on_cookie_path',
  'hash_on_query_arg',
  'hash_fallback_query_arg',
  'hash_on_uri_capture',
  'hash_fallback_uri_capture',
  'slots',
  'healthchecks',
  'host_header',
  'client_certificate',
  'use_srv_name',
  'tags',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Upstream)[];

const targetFields = [
  'id',
  'upstream',
  'target',
  'weight',
  'tags',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Target)[];

const certificateFields = [
  'id',
  'cert',
  'key',
  'cert_alt',
  'key_alt',
  'tags',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Certificate)[];

const sniFields = [
  'id',
  'name',
  'certificate',
  'tags',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Sni)[];

const caCertificateFields = [
  'id',
  'cert',
  'cert_digest',
  'tags',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof CaCertificate)[];

const consumerGroupFields = [
  'id',
  'name',
  'tags',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof ConsumerGroup)[];

const membershipFields = ['id', 'consumer', 'consumer_group'] as const satisfies readonly (keyof GroupMembership)[];

const aclFields = ['id', 'consumer', 'group', 'tags', 'created_at'] as const satisfies readonly (keyof AclGroup)[];

/** Fields that no reader gets to see. */
const secretFields: ReadonlySet<string> = new Set(['key', 'key_alt'] satisfies (keyof Certificate)[]);

const fieldsOf = {
  services: serviceFields,
  routes: routeFields,
  consumers: consumerFields,
  plugins: pluginFields,
  upstreams: upstreamFields,
  targets: targetFields,
  certificates: certificateFields,
  snis: sniFields,
  ca_certificates: caCertificateFields,
  consumer_groups: consumerGroupFields,
  consumer_group_consumers: membershipFields,
  acls: aclFields,
} as const satisfies Record<RunKind, readonly string[]>;

/**
 * Shows entities in Kong's form: every field is there, `null` when unset, references are `{"id": …}`. Secrets are
 * redacted, since the Admin API cannot write entities: nobody needs them back.
 */
export class Presenter {
  readonly #catalog: PluginCatalog;

  constructor(catalog: PluginCatalog) {
    this.#catalog = catalog;
  }

  /** One entity of the collection `kind`. */
  present(kind: RunKind, entity: AnyEntity): JsonObject {
    const source = entity as unknown as JsonObject;
    const result: Record<string, JsonValue> = {};
    for (const field of fieldsOf[kind]) {
      const value = source[field] ?? null;
      if (secretFields.has(field)) result[field] = redact(value);
      else result[field] = field === 'config' && isJsonObject(value) ? this.#presentConfig(source, value) : value;
    }
    return result;
  }

  #presentConfig(plugin: JsonObject, config: JsonObject): JsonValue {
    const schema = typeof plugin.name === 'string' ? this.#catalog.get(plugin.name)?.schema : undefined;
    return schema === undefined ? redactByName(config) : presentConfig(config, schema);
  }
}
