import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { parse } from 'yaml';
import { fieldIndex, type KongField } from '../../src/admin/kong-schema/kong-field.ts';
import { kongPluginSchema, kongSchema } from '../../src/admin/kong-schema/kong-schema.ts';
import { Presenter } from '../../src/admin/presenter.ts';
import { kongPlugins } from '../../src/config/schema-files.ts';
import { EntityChecker } from '../../src/config/store/entity-checker.ts';
import { EntityProblem } from '../../src/config/store/entity-problem.ts';
import type { EntityView } from '../../src/config/store/entity-view.ts';
import { allKinds } from '../../src/entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts';
import { pluginDescriptions as catalog } from '../../src/plugins/descriptions.ts';
import { corpusEntries, corpusText } from '../support/corpus.ts';
import { fillConfig, withoutOldFields } from '../support/replay-rules.ts';

const presenter = new Presenter(catalog);
const id = '5f35b796-ced6-4c00-9b2a-90eef745f4f9';

/** Entities of which every one exists. */
const anything: EntityView = {
  all: () => [],
  get: (_kind, text) => ({ id: text }),
  named: () => ({ id }),
  referring: () => [],
};

const checker = new EntityChecker({
  catalog,
  allowPlugins: [],
  routerFlavor: null,
  now: () => 1_790_000_000_000,
  warn: () => undefined,
});

/** The `config` of a plugin's schema. */
function configField(name: string): KongField {
  const schema = kongPluginSchema(name, catalog);
  const field = fieldIndex(schema?.fields ?? []).get('config');
  if (field === undefined) throw new TypeError(`no config in the schema of ${name}`);
  return field;
}

t.test('an entity of which nothing is set has the fields of its schema, all null', (t) => {
  for (const kind of allKinds) {
    const shown = presenter.present(kind, { id });
    const names = [...fieldIndex(kongSchema(kind).fields).keys()];
    t.strictSame(Object.keys(shown).sort(), [...names].sort(), kind);
    t.ok(
      Object.entries(shown).every(([name, value]) => name === 'id' || value === null),
      `${kind} without values`,
    );
  }
  t.end();
});

t.test('a plugin of which nothing is set has what clients fill in by its schema', (t) => {
  let count = 0;
  for (const name of kongPlugins().keys()) {
    const schema = configField(name) as unknown as JsonObject;
    const wanted = fillConfig({}, schema);
    const filled = presenter.present('plugins', { id, name, config: wanted }).config as JsonObject;
    t.strictSame(withoutOldFields(filled, wanted, schema), wanted, `${name}, filled`);
    // A config that lacks what must be given is none.
    if (!isAccepted(name, {})) continue;
    count++;
    const bare = presenter.present('plugins', { id, name, config: {} }).config as JsonObject;
    t.strictSame(withoutOldFields(bare, wanted, schema), wanted, name);
  }
  t.ok(count > 40, 'many plugins need no config');
  t.end();
});

t.test('what decK sends of any plugin of the corpus is what it reads back', (t) => {
  const entries = corpusEntries();
  if (entries === null) {
    t.comment('SKIPPED: no ../shared/corpus here');
    t.end();
    return;
  }
  let count = 0;
  const unlike: string[] = [];
  for (const { file } of entries.filter(({ label }) => label === 'valid')) {
    for (const { name, config } of pluginsIn(corpusText(file))) {
      const outcome = readBack(name, config);
      if (outcome === null) continue;
      count++;
      if (outcome !== '') unlike.push(`${file}: ${name}: ${outcome}`);
    }
  }
  t.comment(`${count} plugins`);
  t.ok(count > 200, 'the corpus has plugins');
  t.strictSame(unlike, []);
  t.end();
});

t.test('references are ids, lists and maps stay as they were sent', (t) => {
  const shown = presenter.present('routes', {
    id,
    service: { id, name: 'a' },
    hosts: [],
    headers: {},
    paths: ['/b', '/a'],
    created_at: 5,
  });
  t.match(shown, { service: { id }, hosts: [], headers: {}, paths: ['/b', '/a'], created_at: 5, methods: null });
  t.notOk(Object.hasOwn(shown.service as object, 'name'));
  t.end();
});

t.test('records inside a list have all their fields', (t) => {
  const { sources } = presenter.present('routes', { id, sources: [{ ip: '10.0.0.1' }] });
  t.strictSame(sources, [{ ip: '10.0.0.1', port: null }]);
  t.end();
});

t.test('fields that Kong has only elsewhere are shown when they are set', (t) => {
  t.notOk(Object.hasOwn(presenter.present('routes', { id, expression: null }), 'expression'));
  t.equal(presenter.present('routes', { id, expression: 'http.path == "/"' }).expression, 'http.path == "/"');
  t.end();
});

t.test('fields of older versions show what they became', (t) => {
  const config = { minute: 5, policy: 'redis', redis: { host: 'redis.test', port: 6380 } };
  const shown = presenter.present('plugins', { id, name: 'rate-limiting', config }).config as JsonObject;
  t.match(shown, { redis_host: 'redis.test', redis_port: 6380, redis_password: null });
  const nodes = { redis: { cluster_nodes: [{ ip: '10.0.0.1', port: 6379 }] } };
  const advanced = presenter.present('plugins', { id, name: 'rate-limiting-advanced', config: nodes }).config;
  t.strictSame((advanced as { redis: JsonObject }).redis.cluster_addresses, ['10.0.0.1:6379']);
  t.end();
});

t.test('secrets are shown to who may see them, and never to others', (t) => {
  const config = { issuer: 'https://idp.test', client_secret: ['hush', '{vault://env/secret}'] };
  const rows = [
    ['certificates', { id, cert: 'c', key: 'hush' }],
    ['keys', { id, kid: 'k', pem: { public_key: 'p', private_key: 'hush' } }],
    ['keyauth_credentials', { id, key: 'hush' }],
    ['plugins', { id, name: 'openid-connect', config }],
    ['plugins', { id, name: 'rate-limiting', config: { redis: { password: 'hush' } } }],
    ['plugins', { id, name: 'of-my-own', config: { nested: [{ api_key: 'hush' }] } }],
    ['vaults', { id, name: 'hcv', prefix: 'v', config: { token: 'hush' } }],
    ['partials', { id, type: 'redis-ce', config: { password: 'hush' } }],
  ] as const;
  for (const [kind, row] of rows) {
    const [open, closed] = [presenter.present(kind, row, true), presenter.present(kind, row)];
    t.match(JSON.stringify(open), 'hush', `${kind} for a writer`);
    t.notMatch(JSON.stringify(closed), 'hush', `${kind} for others`);
    t.match(JSON.stringify(closed), '[redacted]', `${kind} for others has the marker`);
  }
  const closed = presenter.present('plugins', { id, name: 'openid-connect', config }).config as JsonObject;
  t.strictSame(closed.client_secret, ['[redacted]', '{vault://env/secret}'], 'a vault reference is no secret');
  t.end();
});

t.test('a template of the file is shown in place of its value, and the entity stays as it is', (t) => {
  const row = { id, name: 'openid-connect', config: { issuer: 'https://idp.test', client_secret: ['hush'] } };
  const text = '${{ env "DECK_SECRET" }}';
  const own = new Presenter(catalog, (entity) =>
    entity === row
      ? [
          { path: ['config', 'client_secret', 0], text },
          { path: ['config', 'gone', 'x'], text },
        ]
      : [],
  );
  const shown = own.present('plugins', row, true).config as JsonObject;
  t.strictSame(shown.client_secret, [text]);
  t.notOk(Object.hasOwn(shown, 'gone'));
  t.strictSame(row.config.client_secret, ['hush']);
  t.end();
});

/** What decK would find after it has written a plugin; `null` when the gateway takes no such plugin. */
function readBack(name: string, given: JsonObject): string | null {
  const schema = kongPluginSchema(name, catalog);
  if (schema === null) return null;
  const field = configField(name) as unknown as JsonObject;
  const wanted = fillConfig(given, field);
  const row = checked(name, wanted);
  if (row === null) return null;
  const current = presenter.present('plugins', row, true).config as JsonObject;
  const read = withoutOldFields(current, wanted, field);
  return isDeepStrictEqual(read, wanted) ? '' : firstDifference(read, wanted);
}

function isAccepted(name: string, config: JsonObject): boolean {
  return checked(name, config) !== null;
}

/** A plugin as the gateway has it; `null` when it takes no such plugin. */
function checked(name: string, config: JsonObject): JsonObject | null {
  try {
    return checker.check('plugins', { id: randomUUID(), name, config }, anything);
  } catch (error) {
    if (error instanceof EntityProblem) return null;
    throw error;
  }
}

function firstDifference(a: JsonValue, b: JsonValue, path = ''): string {
  if (isJsonObject(a) && isJsonObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (!isDeepStrictEqual(a[key], b[key])) return firstDifference(a[key] ?? null, b[key] ?? null, `${path}.${key}`);
    }
  }
  return `${path}: ${JSON.stringify(a).slice(0, 200)} instead of ${JSON.stringify(b).slice(0, 200)}`;
}

function pluginsIn(text: string): readonly { readonly name: string; readonly config: JsonObject }[] {
  let document: JsonValue;
  try {
    document = parse(text) as JsonValue;
  } catch {
    return [];
  }
  return collect(document);
}

function collect(value: JsonValue): readonly { readonly name: string; readonly config: JsonObject }[] {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(collect);
  if (!isJsonObject(value)) return [];
  const own = Array.isArray(value.plugins)
    ? (value.plugins as readonly JsonValue[]).flatMap((entry) => {
        const { name = null, config = null } = isJsonObject(entry) ? entry : {};
        return typeof name === 'string' && isJsonObject(config) ? [{ name, config }] : [];
      })
    : [];
  return [...own, ...Object.values(value).flatMap(collect)];
}
