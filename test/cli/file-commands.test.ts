import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runCli } from '../support/run-cli.ts';

const one = `_format_version: "3.0"
services:
- name: a
  host: \${{ env "DECK_HOST" }}
  routes: [{name: ra, paths: [/a]}]
consumers:
- username: bob
  keyauth_credentials: [{key: hush-hush}]
`;

void t.test('gw render prints the effective config, env mocked and secrets masked', async (t) => {
  const cwd = t.testdir({ 'kong.yml': one });
  const result = await runCli(['render'], { cwd, env: { DECK_HOST: 'real.example' } });
  t.equal(result.code, 0);
  t.match(result.stdout, /host: DECK_HOST\n {2}port: 80/);
  t.match(result.stdout, 'key: •••');
  t.notMatch(result.stdout, 'hush-hush');
  t.match(result.stderr, 'placeholders stand for values of environment variables; --env fills them in');
  const real = await runCli(['render', '--env', '--show-secrets', '--flat', '--format', 'json', '-o', 'out.json'], {
    cwd,
    env: { DECK_HOST: 'real.example' },
  });
  t.same([real.code, real.stdout, real.stderr], [0, '', '']);
  t.match(JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8')), {
    services: [{ host: 'real.example' }],
    routes: [{ service: 'a' }],
    keyauth_credentials: [{ key: 'hush-hush', consumer: 'bob' }],
  });
  t.equal((await runCli(['validate', '-q', 'out.json'], { cwd })).code, 0, 'what it wrote is valid');
});

void t.test('gw render shows findings and ends with 1 when the config has errors', async (t) => {
  const cwd = t.testdir({ 'kong.yml': one.replace('paths', 'pathz') });
  const result = await runCli(['render'], { cwd });
  t.same([result.code, result.stdout], [1, '']);
  t.match(result.stderr, /kong\.yml:5:\d+ +error +.*"pathz"/);
  const unset = await runCli(['render', '--env'], { cwd: t.testdir({ 'kong.yml': one }) });
  t.equal(unset.code, 1);
  t.match(unset.stderr, 'environment variable "DECK_HOST" is not set');
  const unwritable = await runCli(['render', '-o', 'no/such/folder.yml'], { cwd: t.testdir({ 'kong.yml': one }) });
  t.equal(unwritable.code, 2);
  t.match(unwritable.stderr, 'cannot write "no/such/folder.yml": there is no such file or folder');
});

void t.test('gw diff compares files and folders and ends as diff does', async (t) => {
  const cwd = t.testdir({
    'a.yml': one,
    'b.yml': one.replace('/a', '/b').replace('name: a', 'name: a\n  retries: 2'),
    split: {
      '1.yml': one.replace(/consumers[^]*/, ''),
      '2.yml': `_format_version: "3.0"\n${one.replace(/[^]*consumers/, 'consumers')}`,
    },
    'bad.yml': one.replace('paths', 'pathz'),
  });
  const run = (...args: readonly string[]): ReturnType<typeof runCli> => runCli(['diff', ...args], { cwd });
  const [same, text, colored, zero, json, markdown, bad, lonely] = await Promise.all([
    run('a.yml', 'split'),
    run('a.yml', 'b.yml'),
    run('a.yml', 'b.yml', '--color', 'always'),
    run('a.yml', 'b.yml', '--exit-zero'),
    run('a.yml', 'b.yml', '--format', 'json'),
    run('a.yml', 'b.yml', '--format', 'markdown'),
    run('a.yml', 'bad.yml'),
    run('a.yml'),
  ]);
  t.same([same.code, same.stdout], [0, 'no differences\n']);
  t.equal(text.code, 1);
  t.equal(
    text.stdout,
    `~ service "a"
    retries: 5 → 2
~ route "ra" (service "a")
    paths: ["/a"] → ["/b"]

0 added, 2 changed, 0 removed
`,
  );
  t.match(colored.stdout, '\u001B[33m~ service "a"');
  t.equal(zero.code, 0);
  t.match(JSON.parse(json.stdout), {
    version: 1,
    summary: { added: 0, changed: 2, removed: 0 },
    changed: [
      { kind: 'service', name: 'a', changes: [{ path: ['retries'], from: 5, to: 2 }] },
      { scope: { service: 'a' } },
    ],
  });
  t.match(markdown.stdout, '| ~ | service "a" | `retries`: 5 → 2 |');
  t.equal(bad.code, 2);
  t.match(bad.stderr, /bad\.yml:5:\d+ +error/);
  t.equal(lonely.code, 2);
  t.match(lonely.stderr, 'there is nothing to compare with');
});

void t.test('gw convert writes to stdout, to a file or in place, and lists what is left to do', async (t) => {
  const old = '_format_version: "1.1" # old\nroutes:\n- paths: [/a\\d+]\n';
  const converted = '_format_version: "3.0" # old\nroutes:\n- paths: [~/a\\d+]\n';
  const cwd = t.testdir({
    'old.yml': old,
    'hard.yml': `${old}plugins:\n- name: session\n  config: {cookie_renew: 1}\n`,
  });
  const plain = await runCli(['convert', 'old.yml', '--to', '3.0'], { cwd });
  t.same([plain.code, plain.stdout, plain.stderr], [0, converted, '']);
  const piped = await runCli(['convert', '-', '--to', '3.0'], { cwd, stdin: old });
  t.equal(piped.stdout, converted);
  const hard = await runCli(['convert', 'hard.yml', '--to', '3.0', '-o', 'new.yml'], { cwd });
  t.same([hard.code, hard.stdout], [1, '']);
  t.match(hard.stderr, /hard\.yml:6:12 +warning +"cookie_renew" has no equal in 3\.x/);
  t.match(readFileSync(join(cwd, 'new.yml'), 'utf8'), converted);
  t.equal((await runCli(['convert', 'old.yml', '--to', '3.0', '--in-place'], { cwd })).code, 0);
  t.equal(readFileSync(join(cwd, 'old.yml'), 'utf8'), converted);
  writeFileSync(join(cwd, 'broken.yml'), 'a: [');
  const broken = await runCli(['convert', 'broken.yml', '--to', 'deck', '--in-place'], { cwd });
  t.equal(broken.code, 1);
  t.match(broken.stderr, 'not valid YAML');
  t.equal(readFileSync(join(cwd, 'broken.yml'), 'utf8'), 'a: [', 'a file that cannot be read is left alone');
  const wrong = [['--in-place', '-o', 'x'], ['--to', '4.0'], []];
  for (const args of wrong) {
    const flags = args.includes('--in-place') ? ['--to', '3.0', ...args] : args;
    t.equal((await runCli(['convert', 'old.yml', ...flags], { cwd })).code, 2, args.join(' '));
  }
});
