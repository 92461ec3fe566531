import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../../src/lib/package-info.ts';
import { openidConnect } from '../../../src/plugins/openid-connect/definition.ts';
import { fieldSupport } from '../../../src/plugins/openid-connect/implemented-fields.ts';

type Schema = Record<string, unknown>;

const reference = join(packageRoot, '../shared/kong-reference/plugins/openid-connect.json');

/** What our schema has and Kong's published one has not, by first segment: shorthands that Kong still accepts. */
const shorthands = [
  /^consumer_claim$/,
  /^session_redis_/,
  /^session_cookie_(lifetime|idletime|samesite|httponly)$/,
  /^authorization_cookie_(lifetime|samesite|httponly)$/,
  /^session_memcache_/,
  /^(cluster_cache_)?redis\.(timeout|cluster_addresses|sentinel_addresses)$/,
];

const properties = openidConnect.schema.properties as Record<string, Schema>;

t.test('every field of the schema is in the table of what gw runs, and no other', (t) => {
  t.same(Object.keys(fieldSupport).sort(), Object.keys(properties).sort());
  t.end();
});

t.test('every record refuses unknown fields', (t) => {
  for (const [path, schema] of walk('', openidConnect.schema)) {
    if (typesOf(schema).includes('object')) t.equal(schema.additionalProperties, false, path);
  }
  t.end();
});

t.test('fields that hold secrets are marked', (t) => {
  const marked = new Set(
    [...walk('', openidConnect.schema)].filter(([, one]) => one['x-secret']).map(([path]) => path),
  );
  const secrets = ['client_secret[]', 'session_secret', 'cache_tokens_salt', 'client_jwk[].d', 'redis.password'];
  for (const path of secrets) t.ok(marked.has(path), path);
  t.notOk(marked.has('client_id[]'), 'a client id is no secret');
  t.end();
});

t.test('optional fields may be null and the issuer may not', (t) => {
  for (const [name, schema] of Object.entries(properties)) {
    t.equal(typesOf(schema).includes('null'), name !== 'issuer', name);
    if (Array.isArray(schema.enum)) t.ok(schema.enum.includes(null), `${name} lists null`);
  }
  t.end();
});

t.test('names, types, enums, defaults and limits are those of Kong 3.15', (t) => {
  if (!existsSync(reference)) {
    console.error(`SKIPPED: "${reference}" is missing, so the schema was not compared with Kong's`);
    t.pass('nothing to compare with');
    t.end();
    return;
  }
  const kong = JSON.parse(readFileSync(reference, 'utf8')) as { properties: { config: Schema } };
  const theirs = new Map([...walk('', kong.properties.config)].map(([path, schema]) => [path, facts(schema)]));
  const ours = new Map([...walk('', openidConnect.schema)].map(([path, schema]) => [path, facts(schema)]));
  for (const [path, expected] of theirs) t.same(ours.get(path), expected, path);
  const extra = [...ours.keys()].filter((path) => !theirs.has(path)).map((path) => path.replace(/\[\].*$/, ''));
  const unexplained = extra.filter((path) => !shorthands.some((pattern) => pattern.test(path)));
  t.same(
    unexplained.filter((path) => !path.startsWith('session_redis_')),
    [],
    'further fields are shorthands only',
  );
  t.end();
});

/** Every schema below `schema` with its path; `[]` stands for an entry of a list. */
function* walk(path: string, schema: Schema): Generator<[string, Schema]> {
  yield [path, schema];
  if (typeof schema.items === 'object') yield* walk(`${path}[]`, schema.items as Schema);
  for (const [name, child] of Object.entries((schema.properties ?? {}) as Record<string, Schema>)) {
    yield* walk(path === '' ? name : `${path}.${name}`, child);
  }
}

function typesOf(schema: Schema): string[] {
  return [schema.type].flat() as string[];
}

/**
 * The comparable facts of a schema. Differences by design: null is allowed (Kong's documents do not say so, Kong does
 * so), and the shortest length of a list is `minItems`, where Kong's documents say `minLength`.
 */
function facts(schema: Schema): Schema {
  const types = typesOf(schema).filter((type) => type !== 'null');
  const minimum = schema.minItems ?? schema.minLength;
  return {
    type: types,
    enum: Array.isArray(schema.enum) ? schema.enum.filter((value) => value !== null).sort() : undefined,
    default: schema.default,
    required: Array.isArray(schema.required) ? [...(schema.required as string[])].sort() : undefined,
    minimum: schema.minimum,
    maximum: schema.maximum,
    shortest: minimum,
    referenceable: schema['x-referenceable'],
  };
}
