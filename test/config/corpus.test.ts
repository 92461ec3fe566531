import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadConfig, type LoadResult } from '../../src/config/load-config.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

/** An entry of the corpus index, as far as this test reads it. */
interface Entry {
  readonly file: string;
  readonly label: 'valid' | 'invalid';
  readonly profile: string;
  readonly entities?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

const folder = join(packageRoot, '../shared/corpus');
const indexFile = join(folder, 'index.json');

/** Invalid files that gw does not refuse yet, with the reason. The first pattern that fits counts. */
const excluded: readonly (readonly [RegExp, string])[] = [
  [/probe__(up|tg|va|ke|ce|ca)-/, 'about entities gw does not run yet'],
  [/probe__(cr-(?!key-alias))/, 'about credentials, which gw does not run yet'],
  [
    /validate_spec__L(739|775|803|832)|process_auto_fields_spec__L|flatten_spec__L(1446|1513|1580)/,
    'about credentials, which gw does not run yet',
  ],
  [/009-skip-ca-cert|051-consumer-group-not-found/, 'about entities gw does not run yet'],
  [
    /probe__(co-groups|pl-ordering|top-info|rt-expression|rt-protocols-ws|svc-protocol-ws)/,
    'decK or the enterprise edition accepts it, and gw reads the union',
  ],
  [/probe__pl-|28x-plugins/, 'about the config of a plugin gw does not run yet'],
];

function load(file: string): LoadResult {
  const text = readFileSync(join(folder, file), 'utf8');
  return loadConfig([{ name: file, text }], { catalog: pluginCatalog, now: 0, mockEnv: true });
}

function errorsOf({ diagnostics }: LoadResult): readonly string[] {
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ range, message, code }) => `${range.start.line}:${range.start.column} ${message} [${code}]`);
}

if (!existsSync(indexFile)) {
  t.comment('SKIPPED: the corpus ../shared/corpus is not here');
} else {
  const entries = JSON.parse(readFileSync(indexFile, 'utf8')) as readonly Entry[];

  t.test('every valid file of the corpus loads without errors', (t) => {
    const valid = entries.filter(({ label }) => label === 'valid');
    const refused = valid.map(({ file }) => [file, ...errorsOf(load(file))]).filter(({ length }) => length > 1);
    t.strictSame(refused, []);
    t.comment(`${valid.length - refused.length} of ${valid.length} valid files load without errors`);
    t.end();
  });

  t.test('every invalid file of the corpus is refused, except those with a reason', (t) => {
    const invalid = entries.filter(({ label, profile }) => label === 'invalid' && profile === 'kong');
    const accepted = invalid.filter(({ file }) => errorsOf(load(file)).length === 0).map(({ file }) => file);
    const reasons = new Map<string, number>();
    for (const file of accepted) {
      const reason = excluded.find(([pattern]) => pattern.test(file))?.[1];
      t.ok(reason, `${file} is accepted for a reason`);
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    t.comment(`${invalid.length - accepted.length} of ${invalid.length} invalid files are refused`);
    for (const [reason, count] of reasons) t.comment(`${count} accepted: ${reason}`);
    t.end();
  });

  t.test('defaults and derived ids of the probes are those of Kong', (t) => {
    let compared = 0;
    for (const { file, label, entities } of entries) {
      if (label !== 'valid' || entities === undefined) continue;
      const ours = load(file).entities;
      for (const list of ['services', 'routes', 'consumers', 'plugins'] as const) {
        for (const theirs of entities[list] ?? []) {
          const mine = ours?.[list].find(({ id }) => id === theirs.id);
          const { protocols } = theirs;
          // Defaults of plugins gw does not run are not its business.
          const isPlugin = list === 'plugins';
          const fields = Object.entries(theirs).filter(([key]) => key !== 'protocols' && key !== 'config');
          if (mine === undefined && theirs.name === undefined && theirs.username === undefined) continue;
          t.match(mine, Object.fromEntries(fields), `${file}: ${list} ${String(theirs.name)}`);
          if (!isPlugin) t.match(mine, { protocols });
          compared++;
        }
      }
    }
    t.ok(compared > 90, `${compared} entities compared`);
    t.end();
  });
}
