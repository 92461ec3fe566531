import t from 'tap';
import { configSchema } from '../../src/config/config-schemas.ts';
import { pluginFacts } from '../../src/config/plugin-schemas.ts';
import { kongPlugins } from '../../src/config/schema-files.ts';
import { isJsonObject, type JsonSchema, type JsonValue } from '../../src/lib/json.ts';
import { compareSchemas, type Difference } from './compare-schema.ts';
import { partialSchemas } from './partial-schema.ts';
import { pluginSchema, writtenPlugins } from './plugin-schema.ts';
import {
  hasReference,
  readPartials,
  readPriorities,
  readReference,
  readReferenceable,
  referenceNames,
} from './reference.ts';

/** Differences that are meant, by plugin, field and what is different. The first that fits counts. */
const meant: readonly (readonly [RegExp, string])[] = [
  [/^(?:rate-limiting|response-ratelimiting) redis_\w+ extra/, 'flat Redis fields of Kong before 3.6, still accepted'],
  [
    /^acme storage_config\.redis\.(?:auth|ssl_server_name|namespace|scan_count) extra/,
    "names of ACME's Redis fields before Kong 3.6, still accepted",
  ],
  [
    /redis\.(?:timeout|cluster_addresses|sentinel_addresses) extra/,
    'names of Redis connections before Kong 3.8, still accepted',
  ],
  [/^(?:session|saml) (?:session_)?cookie_\w+ extra/, 'session fields of Kong before 3.2, still accepted'],
  [/^opentelemetry endpoint extra/, 'endpoint for traces before Kong 3.8, still accepted'],
  [
    /^openid-connect (?:authorization_cookie|session_cookie|session_memcache|session_redis|consumer_claim)\w* extra/,
    'names of openid-connect before Kong 3.2 and 3.8, still accepted',
  ],
  [/^standard-webhooks tolerance_second range/, 'Kong refuses negative numbers, which the data does not say'],
];

/** As in plugins: names of Redis connections before Kong 3.8, still accepted. */
const oldNames = /^(?:redis-ee |vectordb redis\.)(?:timeout|cluster_addresses|sentinel_addresses) extra/;

function lineOf(plugin: string, { path, what, ours, theirs }: Difference): string {
  return `${plugin} ${path} ${what}: ${JSON.stringify(ours)} instead of ${JSON.stringify(theirs)}`;
}

function schemaOf(plugin: string): JsonSchema {
  return pluginFacts(plugin)?.schema ?? {};
}

if (!hasReference()) {
  t.comment('SKIPPED: the published plugin data ../shared/kong-reference is not here');
} else {
  t.test('fields of every plugin are those that Kong publishes, except where there is a reason', (t) => {
    const used = new Map<string, number>();
    for (const plugin of referenceNames()) {
      const differences = compareSchemas(schemaOf(plugin), readReference(plugin).properties.config);
      const lines = differences.map((difference) => lineOf(plugin, difference));
      const unmeant = lines.filter((line) => !meant.some(([pattern]) => pattern.test(line)));
      t.strictSame(unmeant, [], plugin);
      for (const line of lines) {
        const reason = meant.find(([pattern]) => pattern.test(line))?.[1];
        if (reason !== undefined) used.set(reason, (used.get(reason) ?? 0) + 1);
      }
    }
    t.comment(`${referenceNames().length} plugins compared`);
    for (const [reason, count] of used) t.comment(`${count} differences: ${reason}`);
    const idle = meant.filter(([, reason]) => !used.has(reason)).map(([pattern]) => String(pattern));
    t.strictSame(idle, [], 'no reason is listed that has ceased to be one');
    t.end();
  });

  t.test('the schemas are what their generator makes of the data', (t) => {
    for (const plugin of writtenPlugins()) t.strictSame(schemaOf(plugin), pluginSchema(plugin), plugin);
    t.end();
  });

  t.test('fields of partials are those that Kong publishes, and what their generator makes of them', (t) => {
    const generated = partialSchemas();
    for (const [type, reference] of Object.entries(readPartials())) {
      const schema = configSchema('partials', type)?.schema ?? {};
      const lines = compareSchemas(schema, reference).map((difference) => lineOf(type, difference));
      const unmeant = lines.filter((line) => !oldNames.test(line));
      t.strictSame(unmeant, [], type);
      t.strictSame(schema, generated[type], type);
    }
    t.strictSame(Object.keys(generated).sort(), ['embeddings', 'model', 'redis-ce', 'redis-ee', 'vectordb']);
    t.end();
  });

  t.test('priorities and the fields that take vault references are those that Kong publishes', (t) => {
    t.strictSame(Object.fromEntries(kongPlugins()), readPriorities());
    for (const [plugin, paths] of Object.entries(readReferenceable())) {
      for (const path of paths) {
        const field = fieldAt(schemaOf(plugin), path.split('.').slice(1));
        t.ok(field === null || isReferenceable(field), `${plugin} ${path}`);
      }
    }
    t.end();
  });
}

/** Lists and maps on the way are stepped into. */
function fieldAt(schema: JsonSchema, steps: readonly string[]): JsonSchema | null {
  const [step, ...rest] = steps;
  if (step === undefined) return schema;
  const inner = schemaIn(schema.items) ?? schema;
  const properties = schemaIn(inner.properties) ?? {};
  const next = schemaIn(properties[step]) ?? schemaIn(inner.additionalProperties);
  return next === null ? null : fieldAt(next, rest);
}

function isReferenceable(schema: JsonSchema): boolean {
  const inside = [schemaIn(schema.items), schemaIn(schema.additionalProperties)];
  return schema['x-referenceable'] === true || inside.some((part) => part !== null && isReferenceable(part));
}

function schemaIn(value: JsonValue | undefined): JsonSchema | null {
  return isJsonObject(value) ? value : null;
}
