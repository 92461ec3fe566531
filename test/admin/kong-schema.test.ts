import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { fieldIndex, type KongField, schemaBody } from '../../src/admin/kong-schema/kong-field.ts';
import {
  kongPartialSchema,
  kongPluginSchema,
  kongSchema,
  kongVaultSchema,
} from '../../src/admin/kong-schema/kong-schema.ts';
import { kongPlugins } from '../../src/config/schema-files.ts';
import { allKinds, type EntityKind } from '../../src/entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { pluginDescriptions as catalog } from '../../src/plugins/descriptions.ts';

const reference = join(packageRoot, '../shared/kong-reference');
const isMissing = !existsSync(reference);
if (isMissing) t.comment('SKIPPED: no ../shared/kong-reference here, nothing is compared with Kong');

function readReference(path: string): JsonObject {
  return JSON.parse(readFileSync(join(reference, path), 'utf8')) as JsonObject;
}

/** Where our fields are others than Kong's, and why that is meant. */
const differences: Readonly<Record<string, string>> = {
  'datakit nodes[].type': 'its fields depend on the type, which JSON Schema of Kong leaves open',
  'routes expression': 'shown when set: the router is not the one for expressions',
  'routes priority': 'the same',
  'services url': 'only bodies have it',
  'routes protocols': 'the open API description lacks http, which the schema of Kong has',
  'services tls_sans': 'shown when set: decK makes an empty record of one without defaults',
  'plugins ordering': 'shown when set',
  'plugins partials': 'shown when set',
  'plugins condition': 'shown when set',
  'plugins consumer_group': 'not in the open API description of plugins',
  'keyauth_credentials ttl': 'shown when set',
};

function field(name: string, fields: Parameters<typeof fieldIndex>[0] = []): KongField {
  const found = fieldIndex(fields).get(name);
  if (found === undefined) throw new TypeError(`no field "${name}"`);
  return found;
}

/** Every difference of a record from Kong's JSON Schema of it, as `path: what`. */
function compare(ours: KongField, kongs: JsonObject, path: string): readonly string[] {
  const own = fieldIndex(ours.fields ?? []);
  const theirs = isJsonObject(kongs.properties) ? kongs.properties : {};
  const missing = Object.keys(theirs).filter((name) => !own.has(name));
  const more = [...own.keys()].filter((name) => !Object.hasOwn(theirs, name));
  const within = [...own].flatMap(([name, mine]) => {
    const kong = theirs[name];
    return isJsonObject(kong) ? compareField(mine, kong, `${path}${name}`) : [];
  });
  return [
    ...missing.map((name) => `${path}${name}: missing`),
    ...more.map((name) => `${path}${name}: more`),
    ...within,
  ];
}

function compareField(mine: KongField, kong: JsonObject, path: string): readonly string[] {
  const types: Readonly<Record<string, string>> = { record: 'object', map: 'object', set: 'array' };
  const found: string[] = [];
  if (kong.type !== (types[mine.type] ?? mine.type)) found.push(`${path}: ${mine.type}`);
  if ((mine.type === 'record') !== isJsonObject(kong.properties)) found.push(`${path}: record`);
  if (!isDefault(mine, kong.default)) found.push(`${path}: default ${JSON.stringify(mine.default)}`);
  if (mine.type === 'record') found.push(...compare(mine, kong, `${path}.`));
  const { elements } = mine;
  if (elements?.type === 'record' && isJsonObject(kong.items))
    found.push(...compare(elements, kong.items, `${path}[].`));
  return found;
}

/** Our defaults of records are complete, Kong's only say what differs from the defaults of their fields. */
function isDefault(mine: KongField, kong: JsonValue | undefined): boolean {
  if (mine.type !== 'record') return isDeepStrictEqual(mine.default, kong);
  const said = isJsonObject(kong) ? Object.entries(kong) : [];
  const full = isJsonObject(mine.default) ? mine.default : {};
  return said.every(([name, value]) => isDeepStrictEqual(full[name], value));
}

t.test('the config of every plugin has the fields and defaults of Kong', { skip: isMissing }, (t) => {
  for (const name of kongPlugins().keys()) {
    const kong = readReference(`plugins/${name}.json`);
    const properties = kong.properties as Record<string, JsonObject>;
    const schema = kongPluginSchema(name, catalog);
    const found = compare(field('config', schema?.fields), properties.config ?? {}, `${name} `);
    const unexpected = found.filter((line) => differences[line.slice(0, line.indexOf(':'))] === undefined);
    t.strictSame(unexpected, [], name);
    const protocols = field('protocols', schema?.fields).default as readonly string[];
    const theirs = properties.protocols?.default as readonly string[] | undefined;
    if (theirs !== undefined) t.strictSame([...protocols].sort(), [...theirs].sort(), `protocols of ${name}`);
    for (const scope of ['service', 'route', 'consumer', 'consumer_group']) {
      const isBarred = field(scope, schema?.fields).eq === null;
      t.equal(isBarred, properties[scope] === undefined, `${name} for a ${scope}`);
    }
  }
  t.end();
});

t.test('entities have the fields and defaults of Kong', { skip: isMissing }, (t) => {
  const { declarative_key_of: keys, schemas } = readReference('entities.json') as unknown as {
    readonly declarative_key_of: Readonly<Record<string, EntityKind>>;
    readonly schemas: Readonly<Record<string, JsonObject>>;
  };
  for (const [name, kind] of Object.entries(keys)) {
    const kong = schemas[name] ?? {};
    const variants = Array.isArray(kong.oneOf) ? (kong.oneOf as readonly JsonObject[]) : [kong];
    const properties = (variants[0]?.properties ?? {}) as Readonly<Record<string, JsonObject>>;
    const ours = fieldIndex(kongSchema(kind).fields);
    const found = [
      ...Object.keys(properties).filter((key) => !ours.has(key)),
      ...[...ours.keys()].filter((key) => !Object.hasOwn(properties, key)),
    ].filter((key) => differences[`${kind} ${key}`] === undefined);
    t.strictSame(found, [], `fields of ${kind}`);
    for (const [key, mine] of ours) {
      const kongs = properties[key]?.default;
      if (differences[`${kind} ${key}`] !== undefined) continue;
      if (mine.type !== 'record' && kongs !== undefined) t.strictSame(mine.default, kongs, `default of ${kind}.${key}`);
    }
  }
  t.end();
});

t.test('every record of a core entity has a default in it, or decK makes an empty one of it', (t) => {
  for (const kind of ['services', 'routes', 'upstreams', 'targets'] as const) {
    for (const [name, { type, fields = [] }] of fieldIndex(kongSchema(kind).fields)) {
      if (type !== 'record') continue;
      t.ok([...fieldIndex(fields).values()].some(hasDefault), `${kind}.${name}`);
    }
  }
  t.end();
});

function hasDefault({ default: own, fields = [] }: KongField): boolean {
  return own !== undefined || [...fieldIndex(fields).values()].some(hasDefault);
}

t.test('schemas are in the shape of Kong', (t) => {
  const services = schemaBody(kongSchema('services'));
  t.strictSame(Object.keys(services).sort(), ['entity_checks', 'fields']);
  t.ok(
    services.fields.every((entry) => Object.keys(entry).length === 1),
    'fields are objects of one key',
  );
  t.match(field('retries', services.fields), { type: 'integer', default: 5, between: [0, 32767] });
  t.match(field('host', services.fields), { type: 'string', required: true });
  t.match(field('client_certificate', services.fields), { type: 'foreign', reference: 'certificates' });
  t.match(field('created_at', services.fields), { type: 'integer', timestamp: true, auto: true });
  t.throws(() => field('url', services.fields), 'a shorthand that only bodies have is not listed');
  t.match(field('created_at', kongSchema('targets').fields), { type: 'number' });
  const { fields } = kongSchema('routes');
  t.strictSame(
    ['tags', 'protocols', 'hosts'].map((name) => field(name, fields).type),
    ['set', 'set', 'array'],
  );
  t.match(field('headers', fields), { type: 'map', keys: { type: 'string' }, values: { type: 'array' } });
  t.match(field('sources', fields), { type: 'set', elements: { type: 'record' } });
  t.match(field('key', kongSchema('keyauth_credentials').fields), { auto: true, unique: true, encrypted: true });
  t.match(field('consumer', kongSchema('acls').fields), { type: 'foreign', required: true });
  t.end();
});

t.test('a plugin has its config, its protocols and its scopes', (t) => {
  const schema = kongPluginSchema('rate-limiting', catalog);
  const config = field('config', schema?.fields);
  t.match(config, { type: 'record', required: true });
  t.match(field('redis', config.fields), { type: 'record', required: true });
  t.match(field('redis_host', config.shorthand_fields), {
    type: 'string',
    deprecation: { replaced_with: [{ path: ['redis', 'host'] }] },
  });
  t.strictSame(schema === null ? null : schemaBody(schema).supported_partials, { 'redis-ce': ['config.redis'] });
  const oidc = kongPluginSchema('openid-connect', catalog);
  t.match(field('cache_tokens_salt', field('config', oidc?.fields).fields), { auto: true });
  t.match(field('consumer', oidc?.fields), { type: 'foreign', eq: null }, 'it runs before the consumer is known');
  t.match(field('key_names', field('config', kongPluginSchema('key-auth', catalog)?.fields).fields), {
    type: 'array',
    default: ['apikey'],
    elements: { type: 'string' },
  });
  t.equal(kongPluginSchema('no-such', catalog), null);
  t.end();
});

t.test('vaults and partials have their config', (t) => {
  t.match(field('prefix', field('config', kongVaultSchema('env')?.fields).fields), { type: 'string' });
  t.match(field('host', field('config', kongPartialSchema('redis-ce')?.fields).fields), { type: 'string' });
  t.equal(kongVaultSchema('../env'), null);
  t.equal(kongPartialSchema('no-such'), null);
  t.end();
});

t.test('every field of every kind has a type', (t) => {
  for (const kind of allKinds) {
    for (const [name, { type }] of fieldIndex(kongSchema(kind).fields)) t.not(type, 'any', `${kind}.${name}`);
  }
  t.end();
});
