import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { formatNames } from '../../src/cli/formats/format-names.ts';
import { runCases, runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-report-'));
const ci = { GITHUB_ACTIONS: undefined, GITHUB_WORKSPACE: undefined, CI_PROJECT_DIR: undefined };

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const head = '_format_version: "3.0"\n';
const good = file('good.yml', `${head}services:\n- name: a\n  url: http://a.example\n`);
const bad = file('bad.yml', `${head}services:\n- name: b\n  hots: b.example\n`);
const warned = file('warned.yml', `${head}services:\n- name: c\n  host: c.example\n  host: c.example\n`);
const route = file('route.yml', `${head}routes:\n- name: r\n  service: { name: a }\n  paths: [/r]\n`);
const broken = 'data:text/javascript,Date.now=()=>{throw new TypeError("provoked")}';

t.test('every format has the same exit codes: 0, 1, 2 and 70', async (t) => {
  for (const format of formatNames) {
    const run = async (...args: string[]): Promise<number | null> =>
      (await runCli(['validate', '--format', format, ...args], { env: ci })).code;
    const codes = [run(good), run(warned, '--max-warnings', '0'), run('/nowhere.yml')];
    t.strictSame(await Promise.all(codes), [0, 1, 2], format);
  }
  const bug = await runCli(['validate', '--format', 'sarif', good], { nodeArgs: ['--import', broken] });
  t.equal(bug.code, 70);
  t.equal(bug.stdout, '');
});

t.test('several formats in one run: one to stdout, the others to files', async (t) => {
  const sarif = join(folder, 'gw.sarif');
  const junit = join(folder, 'gw.xml');
  const args = ['validate', '--format', 'unix', '--format', `sarif=${sarif}`, '--format', `junit=${junit}`, bad];
  const { code, stdout, stderr } = await runCli(args, { env: ci });
  t.equal(code, 1);
  t.equal(stderr, '');
  t.match(stdout, /^\S+bad\.yml:4:3: error: .*\[schema\/unknown-key\]\n$/);
  t.match(JSON.parse(readFileSync(sarif, 'utf8')), { version: '2.1.0' });
  t.match(readFileSync(junit, 'utf8'), /^<\?xml[^]*<\/testsuites>\n$/);
});

t.test('--output-file takes the findings, and stdout stays empty', async (t) => {
  const output = join(folder, 'findings.json');
  const args = ['validate', '--format', 'json', '--output-file', output, '--color', 'auto', bad];
  t.match(await runCli(args, { env: { ...ci, FORCE_COLOR: '1' } }), { code: 1, stdout: '', stderr: '' });
  t.match(JSON.parse(readFileSync(output, 'utf8')), { version: 1, summary: { errors: 1 } });
});

t.test('exit code 2 and a hint: outputs that cannot be', async (t) => {
  const cases: Record<string, { args: string[]; says: RegExp }> = {
    'two formats to stdout': { args: ['--format', 'json', '--format', 'unix'], says: /two formats .* to stdout/ },
    'two formats to one file': { args: ['--format', 'json=x', '--format', 'unix=x'], says: /two formats .* "x"/ },
    'no such folder': { args: ['--output-file', '/nowhere/x.json'], says: /cannot write "\/nowhere\/x\.json"/ },
    'a folder': { args: ['--format', `json=${folder}`], says: /it is a folder/ },
    'no file name': { args: ['--format', 'json='], says: /file name/ },
    'no level': { args: ['--severity', 'yaml/tab'], says: /CODE=LEVEL/ },
    'an unknown code': { args: ['--severity', 'yaml/duplicate-kee=off'], says: /did you mean "yaml\/duplicate-key"\?/ },
  };
  for (const { label, says, result } of await runCases(['validate', good], cases)) {
    t.equal(result.code, 2, label);
    t.equal(result.stdout, '', label);
    t.match(result.stderr, says, label);
  }
  t.notOk(existsSync('x'));
});

t.test('GITHUB_ACTIONS adds annotations to stylish, with paths from the root of the repository', async (t) => {
  const env = { ...ci, GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: join(folder, '..') };
  const { stdout } = await runCli(['validate', 'bad.yml'], { cwd: folder, env });
  const name = folder.split('/').at(-1) ?? '';
  t.match(stdout, /^bad\.yml:4:3 {2}error/);
  t.match(stdout, `\n::error file=${name}/bad.yml,line=4,`);
  const unix = await runCli(['validate', '--format', 'unix', 'bad.yml'], { cwd: folder, env });
  t.notMatch(unix.stdout, '::');
  t.equal((await runCli(['validate', '-q', 'good.yml'], { cwd: folder, env })).stdout, '');
});

t.test('--severity changes what is reported and how the command ends', async (t) => {
  const cases: Record<string, { args: string[]; code: number; shows: RegExp }> = {
    'a warning made an error': { args: [warned, '--severity', 'yaml/duplicate-key=error'], code: 1, shows: /1 error/ },
    'an error made a warning': { args: [bad, '--severity', 'schema/*=warning'], code: 0, shows: /1 warning/ },
    'a code switched off': { args: [bad, '--severity', 'schema/unknown-key=off'], code: 0, shows: /✔/ },
    'the last one counts': {
      args: [bad, '--severity', '*=off', '--severity', 'schema/*=error'],
      code: 1,
      shows: /1 error/,
    },
  };
  for (const { label, code, shows, result } of await runCases(['validate'], cases)) {
    t.equal(result.code, code, label);
    t.match(result.stdout, shows, label);
  }
});

t.test('a gw-ignore comment hides a warning and not an error, and does not let gw start', async (t) => {
  const quiet = file('quiet.yml', `${readFileSync(warned, 'utf8')}# gw-ignore-file yaml/duplicate-key\n`);
  t.match(await runCli(['validate', '--fail-on', 'warning', quiet]), { code: 0 });
  const stubborn = file('stubborn.yml', `${readFileSync(bad, 'utf8')}# gw-ignore-file schema/*\n`);
  const { code, stdout } = await runCli(['validate', stubborn]);
  t.equal(code, 1);
  t.match(stdout, 'schema/unknown-key');
  t.match(stdout, 'ignore/unused');
  t.equal((await runCli(['start', '--dry-run', '-c', stubborn])).code, 1);
});

t.test('--each checks every file for itself, without it they are one config', async (t) => {
  t.equal((await runCli(['validate', good, route])).code, 0);
  const { code, stdout, stderr } = await runCli(['validate', '--each', '--format', 'json', good, route, warned]);
  t.equal(code, 1);
  t.equal(stderr, '', 'no progress where there is no terminal');
  t.match(JSON.parse(stdout), {
    summary: { errors: 1, warnings: 1, files: [good, route, warned], entities: { services: 2, routes: 1 } },
    findings: [{ file: route, code: 'reference/dangling' }, { file: warned }],
  });
});

t.test('standard input has the name that is asked for in every format', async (t) => {
  const stdin = readFileSync(bad);
  for (const format of ['sarif', 'github', 'gitlab', 'junit', 'unix']) {
    const args = ['validate', '-', '--stdin-filename', 'deploy/piped.yml', '--format', format];
    const { code, stdout } = await runCli(args, { stdin, env: ci });
    t.equal(code, 1, format);
    t.match(stdout, 'deploy/piped.yml', format);
  }
});

t.test('the other names of the command know the formats, too', async (t) => {
  const cases = {
    check: { args: ['check', bad, '--format', 'unix'] },
    'config parse': { args: ['config', 'parse', bad, '--format', 'unix'] },
  };
  for (const { label, result } of await runCases([], cases)) t.match(result, { code: 1, stdout: /error:/ }, label);
});
