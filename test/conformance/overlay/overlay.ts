import type { JsonObject } from '../../../src/lib/json.ts';

/** What the published data lacks about the fields of a plugin, after the schemas of open-source Kong. */
export interface Overlay {
  /**
   * Keywords by path: `redis.host`, `metrics[].tags[]`, `limits{}.second`; the empty path is the config itself.
   * A path that the data does not have becomes a new field.
   */
  readonly fields?: Readonly<Record<string, JsonObject>>;
  /** Paths of fields that have a default and may not be null. */
  readonly notNull?: readonly string[];
}

/** A host name or address, without a port. */
export const host: JsonObject = { format: 'host' };
/** An absolute URL. */
export const url: JsonObject = { format: 'url' };
/** A name of a header. */
export const headerName: JsonObject = { format: 'header-name' };
/** A regular expression of Kong. */
export const regex: JsonObject = { format: 'kong-regex' };
/** An address or CIDR range. */
export const ipRange: JsonObject = { format: 'ip-range' };
/** A chunk of Lua. */
export const lua: JsonObject = { format: 'lua' };
/** Text that may be empty. */
export const maybeEmpty: JsonObject = { minLength: 0 };
/** More than zero. */
export const positive: JsonObject = { exclusiveMinimum: 0 };

/** A field that still works under its old name; its value goes to the new places, named from the same record. */
export function moved(type: string, places: string | readonly string[], more: JsonObject = {}): JsonObject {
  return { ...more, ...replaced(places), type, 'x-moves': true };
}

/** A field that has no effect, or one of its own, beside the ones to be used now. No place: nothing to use. */
export function replaced(places: string | readonly string[]): JsonObject {
  return { deprecated: true, 'x-replaced-by': [places].flat() };
}

/** Keys of older versions that were removed, each with what to do. */
export function removed(keys: Readonly<Record<string, string>>): JsonObject {
  return { 'x-removed': keys };
}

/** `whitelist` and `blacklist`. */
export const removedLists: JsonObject = removed({
  whitelist: '"whitelist" was removed in Kong 3.0: use "allow"',
  blacklist: '"blacklist" was removed in Kong 3.0: use "deny"',
});

/** The flat fields from which the record `redis` was made. */
export const flatRedis: Readonly<Record<string, JsonObject>> = {
  redis_host: moved('string', 'redis.host'),
  redis_port: moved('integer', 'redis.port'),
  redis_username: moved('string', 'redis.username'),
  redis_password: moved('string', 'redis.password', { ...maybeEmpty, 'x-secret': true, 'x-referenceable': true }),
  redis_ssl: moved('boolean', 'redis.ssl'),
  redis_ssl_verify: moved('boolean', 'redis.ssl_verify'),
  redis_server_name: moved('string', 'redis.server_name'),
  redis_timeout: moved('integer', 'redis.timeout'),
  redis_database: moved('integer', 'redis.database'),
};

/** Old fields of the queue that plugins had before `queue`. */
export const flatQueue: Readonly<Record<string, JsonObject>> = {
  retry_count: replaced('queue.max_retry_time'),
  queue_size: replaced('queue.max_batch_size'),
  flush_timeout: replaced('queue.max_coalescing_delay'),
};
