import type { JsonPath } from '../../lib/json.ts';

/** A config field of plugins that has another name today, or none. */
export interface ReplacedField {
  /** Names of the plugins that had it. */
  readonly plugins: readonly string[];
  /** Where it was, below `config`. */
  readonly from: readonly string[];
  /** Where its value belongs: beside `from`, or one map deeper. `null`: nowhere, the field is gone without loss. */
  readonly to: readonly string[] | null;
}

/** Fields that 3.0 removed; Kong refuses a file that still has them. */
const removed: readonly ReplacedField[] = [
  { plugins: ['acl', 'bot-detection', 'ip-restriction'], from: ['whitelist'], to: ['allow'] },
  { plugins: ['acl', 'bot-detection', 'ip-restriction'], from: ['blacklist'], to: ['deny'] },
  { plugins: ['post-function', 'pre-function'], from: ['functions'], to: ['access'] },
  { plugins: ['aws-lambda'], from: ['proxy_scheme'], to: null },
];

const redisFields = [
  'host',
  'port',
  'username',
  'password',
  'database',
  'timeout',
  'ssl',
  'ssl_verify',
  'server_name',
] as const;

/** Fields that later versions still take, under a name that they warn about. */
const deprecated: readonly ReplacedField[] = [
  ...redisFields.map((field) => ({
    plugins: ['rate-limiting', 'response-ratelimiting'],
    from: [`redis_${field}`],
    to: ['redis', field],
  })),
  {
    plugins: ['acme'],
    from: ['storage_config', 'redis', 'auth'],
    to: ['storage_config', 'redis', 'password'],
  },
  {
    plugins: ['acme'],
    from: ['storage_config', 'redis', 'ssl_server_name'],
    to: ['storage_config', 'redis', 'server_name'],
  },
];

/** Every replaced field, in the order in which they are looked for. */
export const replacedFields: readonly ReplacedField[] = [...removed, ...deprecated];

/** A field that took another form without a way to tell what the file means. */
export interface ChangedField {
  readonly plugins: readonly string[];
  readonly from: JsonPath;
  readonly message: string;
  readonly hint: string;
}

/** Fields for people to look at. */
export const changedFields: readonly ChangedField[] = [
  {
    plugins: ['session'],
    from: ['cookie_renew'],
    message: '"cookie_renew" has no equal in 3.x',
    hint: 'remove it; "rolling_timeout" and "stale_ttl" say how long a session lives',
  },
  {
    plugins: ['session'],
    from: ['cookie_lifetime'],
    message: '"cookie_lifetime" counts from the last renewal in 3.x',
    hint: 'write "rolling_timeout", and "absolute_timeout" for the longest life of a session',
  },
];
