import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import t from 'tap';
import { readSource, SourceError } from '../../src/config/source.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { corpusEntries, corpusText } from '../support/corpus.ts';
import type { HostileResult } from '../support/fuzz-child.ts';
import { hostileTexts } from '../support/hostile-texts.ts';
import { senseless } from '../support/sane-load.ts';

/** Longest time and most memory that any text may take. */
const MAX_MS = 2_000;
const MAX_MEGABYTES = 512;

const runs = Number(process.env.FUZZ_RUNS ?? 500);
const seed = Number(process.env.FUZZ_SEED ?? 20_260_101);

t.test('no hostile text crashes the loader, takes over 2 s or over 512 MB', { timeout: 120_000 }, async (t) => {
  const child = join(packageRoot, 'dist/test/support/fuzz-child.js');
  // Without NODE_OPTIONS: what tap slips into child processes would count.
  const env = { ...process.env, NODE_OPTIONS: '' };
  const node = spawn(process.execPath, ['--expose-gc', `--max-old-space-size=${MAX_MEGABYTES}`, child, 'run'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => node.kill('SIGKILL'));
  const closed = once(node, 'close');
  let last = '';
  const results: HostileResult[] = [];
  for await (const line of createInterface({ input: node.stdout })) {
    const message = JSON.parse(line) as HostileResult | { readonly starting: string };
    if ('starting' in message) last = message.starting;
    else results.push(message);
  }
  const [code] = (await closed) as [number | null];
  t.equal(code, 0, `the last one was "${last}"`);
  t.equal(results.length, Object.keys(hostileTexts).length);
  for (const { name, problem, elapsedMs } of results) {
    t.equal(problem, null, name);
    t.ok(elapsedMs < MAX_MS, `${name}: ${Math.round(elapsedMs)} ms`);
  }
  const most = results.reduce((highest, each) => Math.max(highest, each.residentMegabytes), 0);
  const first = results.find(({ residentMegabytes }) => residentMegabytes === most);
  t.ok(most < MAX_MEGABYTES, `${Math.round(most)} MB, since "${first?.name ?? ''}"`);
  const slowest = results.reduce((slower, each) => (each.elapsedMs > slower.elapsedMs ? each : slower));
  t.comment(`slowest: ${slowest.name}, ${Math.round(slowest.elapsedMs)} ms; at most ${Math.round(most)} MB`);
});

/** Names that every object of JavaScript knows. */
const inherited = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'valueOf',
];

/** Places where a name of the author's choice, or a mistaken one, can stand. */
const places: readonly ((name: string) => string)[] = [
  (name) => `${name}: {polluted: yes}`,
  (name) => `services: [{name: s, host: a.example, ${name}: {polluted: 1}}]`,
  (name) => `services: [{name: "${name}", host: a.example}]\nroutes: [{name: r, paths: [/r], service: ${name}}]`,
  (name) => `routes: [{name: r, paths: [/r], service: ${name}}]`,
  (name) => `routes: [{name: r, paths: [/r], service: {${name}: x}}]`,
  (name) => `routes: [{name: r, paths: [/r], headers: {${name}: [x]}}]`,
  (name) => `consumers: [{username: ${name}, ${name}: [{key: x}]}]\nplugins: [{name: key-auth, consumer: ${name}}]`,
  (name) => `plugins: [{name: ${name}, config: {${name}: 1}}]`,
  (name) => `plugins: [{name: openid-connect, config: {issuer: "https://a.example", ${name}: {${name}: 1}}}]`,
  (name) => `_plugin_configs: {${name}: {minute: 1}}\nplugins: [{name: rate-limiting, _config: ${name}}]`,
  (name) => `plugins: [{name: rate-limiting, _config: ${name}}]`,
  (name) => `_info: {${name}: 1, defaults: {${name}: {a: 1}, service: {${name}: 1}}}\nservices: [{name: s, host: a}]`,
  (name) => `_info: {default_lookup_tags: {${name}: [x]}}\nroutes: [{name: r, paths: [/r], service: x}]`,
  (name) => `upstreams: [{name: ${name}, ${name}: 1, targets: [{target: "${name}:80"}]}]`,
  (name) => `custom_entities: [{type: ${name}, fields: {${name}: 1}}]`,
  (name) => `partials: [{name: ${name}, type: ${name}, config: {${name}: 1}}]`,
  (name) => `vaults: [{name: ${name}, prefix: ${name}, config: {${name}: 1}}]`,
  (name) => `_ignore: [&x {${name}: {polluted: 1}}]\nservices: [{<<: *x, name: s, host: a.example}]`,
  (name) => `services: [{name: "\${{ env \\"${name}\\" }}", host: "\${{ env 'DECK_${name}' }}"}]`,
  (name) => `_workspace: ${name}\n_konnect: {${name}: 1}`,
];

t.test('names that every object inherits are names like any other, wherever they stand', (t) => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  for (const name of inherited) {
    for (const [index, place] of places.entries()) {
      t.equal(senseless(`_format_version: "3.0"\n${place(name)}\n`, pluginCatalog), null, `${name} at place ${index}`);
    }
  }
  t.strictSame(Object.getOwnPropertyNames(Object.prototype).sort(), before);
  t.notOk('polluted' in {}, 'nothing was added to all objects');
  t.end();
});

t.test('random texts that look like YAML load without a throw', (t) => {
  const word = fc.constantFrom(
    ...['services', 'routes', 'plugins', 'consumers', 'upstreams', 'name', 'host', 'config', 'paths', 'tags', '<<'],
    ...[
      '_info',
      '_ignore',
      'openid-connect',
      'rate-limiting',
      'null',
      'yes',
      '0x1f',
      '1:30',
      '"q"',
      "'s'",
      '/a',
      '~/(a',
    ],
    ...['*a', '&a', '!!str', '!t', '|', '>-', '${{ env "DECK_A" }}', '{vault://env/a}', 'ä', '😀', '\u0000', '\ud800'],
  );
  const glue = fc.constantFrom(
    ': ',
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    '\n  - ',
    ', ',
    ' {',
    '}',
    ' [',
    ']',
    ' ',
    ' #',
    '---\n',
  );
  const text = fc
    .array(fc.tuple(word, glue), { maxLength: 60 })
    .map((parts) => `_format_version: "3.0"\n${parts.map((part) => part.join('')).join('')}`);
  fc.assert(
    fc.property(text, (each) => senseless(each, pluginCatalog) === null),
    { numRuns: runs, seed },
  );
  t.end();
});

t.test('files of random or damaged bytes are refused as no text, or loaded without a throw', async (t) => {
  const file = join(t.testdir(), 'kong.yml');
  const texts = validTexts().map((text) => Buffer.from(text.slice(0, 4_000)));
  const damaged = fc
    .tuple(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }))
    .map(([bytes, changes]) => {
      const copy = Buffer.from(bytes);
      for (const [at, byte] of changes) copy[at % copy.length] = byte;
      return copy;
    });
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), { weight: 4, arbitrary: damaged });
  await fc.assert(
    fc.asyncProperty(bytes, async (each) => {
      writeFileSync(file, each);
      try {
        const { text } = await readSource(file);
        return senseless(text, pluginCatalog) === null;
      } catch (error) {
        if (error instanceof SourceError) return error.code === 'not-text';
        throw error;
      }
    }),
    { numRuns: runs, seed },
  );
});

function validTexts(): readonly string[] {
  const fixtures = join(packageRoot, 'fixtures');
  const own = readdirSync(fixtures, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('valid-'))
    .map(({ name }) => readFileSync(join(fixtures, name, 'kong.yml'), 'utf8'));
  const corpus = (corpusEntries() ?? []).filter(({ label }) => label === 'valid');
  return [...own, ...corpus.map(({ file }) => corpusText(file))];
}
