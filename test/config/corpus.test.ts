import t from 'tap';
import type { Diagnostic } from '../../src/config/diagnostic.ts';
import {
  corpusEntries,
  corpusText,
  documentOf,
  loadText,
  type CorpusEntry,
  type StatedError,
} from '../support/corpus.ts';
import { expectationOf, reasonOf } from '../support/stated-errors.ts';

/** Mistakes that the index tells in words only, in the form of the others. */
const stated: Readonly<Record<string, readonly StatedError[]>> = {
  'deck__render__005-diagnostics__oidc-missing-config.yaml': [
    { path: 'plugins.0.config.cache_tokens_salt', message: 'required field missing' },
  ],
  'deck__sync__036-degraphql-routes__kong-fake.yaml': [
    { path: 'custom_entities.0.type', message: 'expected one of the known types' },
  ],
  'deck__sync__037-consumer-group-policy-overrides__kong38x-no-info.yaml': [
    {
      path: 'plugins.0.config.enforce_consumer_groups',
      message: 'not allowed without _info.consumer_group_policy_overrides',
    },
  ],
  'deck__sync__037-consumer-group-policy-overrides__kong39x-no-info.yaml': [
    {
      path: 'plugins.0.config.enforce_consumer_groups',
      message: 'not allowed without _info.consumer_group_policy_overrides',
    },
  ],
  'deck__sync__039-partials__kong-partials-no-type.yaml': [
    { path: 'partials.0.type', message: 'required field missing' },
  ],
  'deck__sync__039-partials__kong-wrong.yaml': [{ path: 'plugins.0.partials.0.name', message: 'no such entry' }],
  'deck__sync__051-consumer-group-not-found__kong.yaml': [
    { path: 'consumers.0.groups.0.name', message: 'no such entry' },
  ],
  'deck__sync__052-graphql-ratelimiting-cost-decorations__kong-missing-type-path.yaml': [
    { path: 'custom_entities.0.fields.type_path', message: 'required field missing' },
  ],
  'deck__sync__054-cloned-plugin-definitions__kong-fake.yaml': [
    { path: 'cloned_plugins.0.ref', message: "plugin not enabled; add it to the 'plugins'" },
  ],
  'probe__cr-acl-strings.yaml': [{ path: 'consumers.0.acls.0', message: 'expected a record' }],
  'probe__pl-rl-redis-both-diff.yaml': [{ path: 'plugins.0.config.redis_host', message: 'values differ' }],
  'probe__rt-service-name-number.yaml': [{ path: 'routes.0.service', message: 'expected a string' }],
  'probe__svc-url-not-string.yaml': [{ path: 'services.0.url', message: 'expected a string' }],
  'probe__top-service-scalar.yaml': [{ path: 'services.0', message: 'expected a record' }],
};

/** Invalid files that gw takes, whole or in part, or refuses elsewhere, with the reason. The first that fits counts. */
const deviations: readonly (readonly [RegExp, string])[] = [
  [/probe__pl-consumer-group\./, 'an enterprise field, and gw reads the union: refused for leading nowhere'],
  [/036-scoped-plugins-validation/, 'a nested plugin repeats the name of its own parent, which Kong lets pass'],
  [
    /probe__(co-groups|cr-mtls|pl-ordering|top-info|rt-expression|rt-protocols-ws|svc-protocol-ws)/,
    'decK or the enterprise edition accepts it, and gw reads the union',
  ],
  [/flatten_spec__L(1446|1513|1580)/, 'a second message of Kong that follows from the first'],
  [/051-consumer-group-not-found/, 'no groups in the file at all: decK looks for them in the gateway; a warning'],
  [/28x-plugins/, 'told once: the setting that was removed, not also that nothing stands in its place'],
];

/** What decK alone refuses: gw says it too where it can, and a warning is enough. */
const onlyDeck = new Set(['deck', 'konnect']);

interface Comparison {
  readonly file: string;
  readonly expected: number;
  readonly matched: number;
  readonly isRefused: boolean;
  readonly unmatched: readonly string[];
}

function compare(entry: CorpusEntry): Comparison {
  const file = entry.file.replace(/^.*\//, '');
  const text = corpusText(entry.file);
  const document = documentOf(entry.file, text);
  const findings = loadText(entry.file, text).diagnostics.filter(
    ({ severity }) => severity === 'error' || onlyDeck.has(entry.profile),
  );
  const expected = entry.errors ?? stated[file] ?? [];
  const unmatched = expected.filter((error) => {
    const { reasons, lines } = expectationOf(error, document);
    return !findings.some((finding) => reasons.has(reasonOf(finding.code)) && standsOn(finding, lines));
  });
  return {
    file,
    expected: expected.length,
    matched: expected.length - unmatched.length,
    isRefused: findings.length > 0,
    unmatched: unmatched.map(({ path, message }) => `${path}: ${message}`),
  };
}

/** Findings about two places may be told at either. */
function standsOn({ range, related = [] }: Diagnostic, lines: ReadonlySet<number>): boolean {
  return lines.has(range.start.line) || related.some((other) => lines.has(other.range.start.line));
}

const entries = corpusEntries();

if (entries === null) {
  t.comment('SKIPPED: the corpus ../shared/corpus is not here');
} else {
  t.test('every valid file of the corpus loads without errors', (t) => {
    const valid = entries.filter(({ label }) => label === 'valid');
    const refused = valid.map(({ file }) => [file, ...errorsOf(file)]).filter(({ length }) => length > 1);
    t.strictSame(refused, []);
    t.comment(`${valid.length - refused.length} of ${valid.length} valid files load without errors`);
    t.end();
  });

  t.test('every invalid file of the corpus is refused for its reason, on the right line', (t) => {
    const invalid = entries.filter(({ label }) => label === 'invalid');
    const results = invalid.map(compare);
    const sum = (pick: (result: Comparison) => number): number =>
      results.reduce((total, each) => total + pick(each), 0);
    const deviating = new Map<string, number>();
    for (const { file, unmatched, isRefused } of results) {
      if (isRefused && unmatched.length === 0) continue;
      const reason = deviations.find(([pattern]) => pattern.test(file))?.[1];
      if (reason === undefined) t.fail(`${file} ${isRefused ? 'is refused otherwise' : 'is taken'}`, { unmatched });
      else deviating.set(reason, (deviating.get(reason) ?? 0) + 1);
    }
    t.comment(`${results.filter(({ isRefused }) => isRefused).length} of ${invalid.length} invalid files are refused`);
    t.comment(`${sum(({ matched }) => matched)} of ${sum(({ expected }) => expected)} errors match by reason and line`);
    for (const [reason, count] of deviating) t.comment(`${count} deviating: ${reason}`);
    t.end();
  });

  t.test('no deviation is listed that has ceased to be one', (t) => {
    const invalid = entries.filter(({ label }) => label === 'invalid').map(compare);
    const open = invalid.filter(({ isRefused, unmatched }) => !isRefused || unmatched.length > 0);
    const idle = deviations.filter(([pattern]) => !open.some(({ file }) => pattern.test(file)));
    t.strictSame(idle.map(String), []);
    t.end();
  });

  t.test('defaults and derived ids of the probes are those of Kong', (t) => {
    let compared = 0;
    for (const { file, label, entities } of entries) {
      if (label !== 'valid' || entities === undefined) continue;
      const ours = loadText(file, corpusText(file)).entities;
      for (const list of ['services', 'routes', 'consumers', 'plugins'] as const) {
        for (const theirs of entities[list] ?? []) {
          // Kong keeps the case of ids in files, and its database does not; gw has one form of an id.
          const id = String(theirs.id).toLowerCase();
          const mine = ours?.[list].find((one) => one.id === id);
          const { protocols } = theirs;
          // Defaults of plugins gw does not run are not its business.
          const isPlugin = list === 'plugins';
          const fields = Object.entries(theirs).filter(([key]) => key !== 'protocols' && key !== 'config');
          if (mine === undefined && theirs.name === undefined && theirs.username === undefined) continue;
          t.match(mine, { ...Object.fromEntries(fields), id }, `${file}: ${list} ${String(theirs.name)}`);
          if (!isPlugin) t.match(mine, { protocols });
          compared++;
        }
      }
    }
    t.ok(compared > 90, `${compared} entities compared`);
    t.end();
  });
}

function errorsOf(file: string): readonly string[] {
  return loadText(file, corpusText(file))
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ range, message, code }) => `${range.start.line}:${range.start.column} ${message} [${code}]`);
}
