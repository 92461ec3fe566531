import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-info.ts';
import { type CliResult, runCases, runCli, spawnCli } from '../support/run-cli.ts';

type Tap = typeof t;

const folder = mkdtempSync(join(tmpdir(), 'gw-validate-'));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const good = file('good.yml', '_format_version: "3.0"\nservices:\n- name: a\n  url: http://127.0.0.1:1\n');
const bad = file('bad.yml', '_format_version: "3.0"\nservices:\n- name: a\n  url: http://127.0.0.1:1\n  retires: 3\n');
const warned = file('warned.yml', '_format_version: "3.0"\nkey_sets:\n- name: k\n');

/** Makes the command print its CPU time, user and system, in microseconds, at the end of stderr. */
const reportCpu = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    'process.on("exit",()=>process.stderr.write("cpu "+Object.values(process.cpuUsage()).reduce((a,b)=>a+b)))',
  )}`,
];

function cpuMsOf({ stderr }: CliResult): number {
  return Number(/cpu (\d+)$/.exec(stderr)?.[1]) / 1000;
}

/** Sparse: it takes no space. */
function hugeFile(): string {
  const path = file('huge.yml', '');
  truncateSync(path, 3_000_000_000);
  return path;
}

/** One line that says what is wrong, whatever the user did; never a stack. */
function assertOneLine(t: Pick<Tap, 'notMatch'>, text: string, label: string): void {
  t.notMatch(text, /\n\s+at /, `${label}: no stack trace`);
  t.notMatch(text, /bug in gw/, `${label}: not reported as our bug`);
}

t.test('the example is fine, in less than a second of CPU', async (t) => {
  const result = await runCli(['validate', 'kong.yml.example'], { nodeArgs: reportCpu });
  t.equal(result.code, 0, result.stdout + result.stderr);
  t.match(result.stdout, /^\S+ kong\.yml\.example: 1 service, 1 route, 1 plugin, 0 consumers\n$/);
  const cost = cpuMsOf(result);
  if (cost < 1000) return;
  // CPU time is dearer on a machine that is slow or shared. A second is about nine times what starting gw costs.
  const yardstick = cpuMsOf(await runCli(['version'], { nodeArgs: reportCpu }));
  t.ok(cost < 9 * yardstick, `${cost} ms of CPU, when "gw version" takes ${yardstick} ms`);
});

t.test('a typo, a missing service, a duplicate name and a bad regex are four findings with their places', async (t) => {
  const example = readFileSync(join(packageRoot, 'kong.yml.example'), 'utf8');
  const broken = file(
    'broken.yml',
    `${example.replace('audience_required:', 'audience_requird:')}
  - name: httpbin
    url: http://127.0.0.1:9081

routes:
  - name: lost
    service: { name: htpbin }
    paths: [/lost]
  - name: wrong
    service: { name: httpbin }
    paths: ["~/(unclosed"]
`,
  );
  const { code, stdout } = await runCli(['validate', '--format', 'json', broken]);
  t.equal(code, 1);
  const { findings } = JSON.parse(stdout) as { findings: { severity: string; line: number }[] };
  const lines = readFileSync(broken, 'utf8').split('\n');
  const lineOf = (text: string, from = 0): number =>
    lines.findIndex((line, index) => index >= from && line.includes(text)) + 1;
  const errors = findings.filter(({ severity }) => severity === 'error');
  t.equal(errors.length, 4, JSON.stringify(errors, null, 1));
  const duplicate = lineOf('- name: httpbin', lineOf('- name: httpbin'));
  t.same(
    errors.map(({ line }) => line),
    [lineOf('audience_requird'), duplicate, lineOf('htpbin }'), lineOf('unclosed')],
  );
});

t.test('exit code 1: findings, and texts that are no config', async (t) => {
  const cases: Record<string, { args: string[] }> = {
    'a typo': { args: [bad] },
    'an empty file': { args: [file('empty.yml', '')] },
    'not YAML': { args: [file('not-yaml.yml', 'a: [1, 2\nb: }')] },
    'a list': { args: [file('list.yml', '- 1\n- 2\n')] },
  };
  for (const { label, result } of await runCases(['validate'], cases)) {
    t.equal(result.code, 1, `${label}: ${result.stdout}${result.stderr}`);
    t.match(result.stdout, /error/, label);
    t.equal(result.stderr, '', `${label}: findings are results, on stdout`);
    t.notMatch(result.stdout, '\u001b', `${label}: no colour in a pipe`);
    assertOneLine(t, result.stdout, label);
  }
});

t.test('exit code 1 and one clear finding, quickly: ten megabytes of nested aliases', async (t) => {
  const levels = Array.from({ length: 30 }, (_, level) =>
    level === 0
      ? 'a0: &a0 [x, x]'
      : `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
  );
  const bomb = file('bomb.yml', `${levels.join('\n')}\n#${'x'.repeat(79)}`.padEnd(10_000_000, `\n#${'x'.repeat(78)}`));
  const startedAt = Date.now();
  const result = await runCli(['validate', bomb]);
  t.ok(result.code === 1 || result.code === 2, `exit code ${result.code}`);
  t.ok(Date.now() - startedAt < 15_000, `took ${Date.now() - startedAt} ms`);
  t.match(result.stdout + result.stderr, /alias/i);
  assertOneLine(t, result.stdout + result.stderr, 'bomb');
});

t.test('exit code 2 and one line: input that cannot be read', async (t) => {
  const cases: Record<string, { args: string[]; says: RegExp }> = {
    'a missing file': { args: ['/nowhere/kong.yml'], says: /\/nowhere\/kong\.yml/ },
    'a folder without config files': { args: [mkdtempSync(join(tmpdir(), 'gw-empty-'))], says: /folder without/ },
    'a pattern without matches': { args: [join(folder, 'no*.json')], says: /no file matches/ },
    'a binary file': { args: [file('binary.yml', Buffer.from([0, 255, 254, 0, 1]))], says: /binary\.yml/ },
    'a huge file': { args: [hugeFile()], says: /huge\.yml/ },
    'one good and one missing file': { args: [good, '/nowhere/x.yml'], says: /x\.yml/ },
  };
  for (const { label, says, result } of await runCases(['validate'], cases)) {
    t.equal(result.code, 2, `${label}: ${result.stdout}${result.stderr}`);
    t.match(result.stderr, says, label);
    t.equal(result.stdout, '', label);
    assertOneLine(t, result.stderr, label);
  }
});

t.test('exit code 2 with a hint: wrong usage', async (t) => {
  const cases: Record<string, { args: string[]; says: RegExp }> = {
    'an unknown flag': { args: ['validate', '--fromat', 'json'], says: /unknown option '--fromat'[\s\S]*--format/ },
    'an unknown command': { args: ['valdate'], says: /unknown command 'valdate'[\s\S]*validate/ },
    'an unknown format': { args: ['validate', '--format', 'xml', good], says: /stylish, json/ },
    'a wrong number': { args: ['validate', '--max-warnings', 'x', good], says: /whole number/ },
    'no command': { args: [], says: /Usage: gw/ },
  };
  for (const { label, says, result } of await runCases([], cases)) {
    t.equal(result.code, 2, `${label}: ${result.stdout}${result.stderr}`);
    t.match(result.stderr, says, label);
    t.equal(result.stdout, '', label);
    assertOneLine(t, result.stderr, label);
  }
});

t.test('exit code 2 with a hint when there is no file to check', async (t) => {
  const result = await runCli(['validate'], { cwd: mkdtempSync(join(tmpdir(), 'gw-nothing-')) });
  t.equal(result.code, 2);
  t.match(result.stderr, /KONG_DECLARATIVE_CONFIG/);
});

t.test('./kong.yml is the default, KONG_DECLARATIVE_CONFIG the next', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'gw-default-'));
  t.equal((await runCli(['validate'], { cwd, env: { KONG_DECLARATIVE_CONFIG: bad } })).code, 1);
  writeFileSync(join(cwd, 'kong.yml'), readFileSync(good));
  t.equal((await runCli(['validate'], { cwd, env: { KONG_DECLARATIVE_CONFIG: bad } })).code, 0);
});

t.test('standard input is read for "-" and called what the caller says', async (t) => {
  const { code, stdout } = await runCli(['validate', '-', '--stdin-filename', 'piped.yml'], {
    stdin: readFileSync(bad),
  });
  t.equal(code, 1);
  t.match(stdout, /piped\.yml:5:3/);
});

t.test('several files are one config', async (t) => {
  const route = file(
    'route.yml',
    '_format_version: "3.0"\nroutes:\n- name: r\n  service: { name: a }\n  paths: [/r]\n',
  );
  t.equal((await runCli(['validate', route])).code, 1, 'alone, the service is missing');
  t.equal((await runCli(['validate', route, good])).code, 0);
});

t.test('warnings decide the exit code only when asked to', async (t) => {
  const cases: Record<string, { args: string[]; code: number }> = {
    'by default they do not': { args: [warned], code: 0 },
    '--fail-on warning': { args: [warned, '--fail-on', 'warning'], code: 1 },
    'more than --max-warnings': { args: [warned, '--max-warnings', '0'], code: 1 },
    '--fail-on never': { args: [bad, '--fail-on', 'never'], code: 0 },
  };
  for (const { label, code, result } of await runCases(['validate'], cases)) t.equal(result.code, code, label);
});

t.test('-q prints nothing about a clean config, and findings as ever', async (t) => {
  t.same(await runCli(['validate', '-q', good]), { code: 0, signal: null, stdout: '', stderr: '' });
  t.match((await runCli(['validate', '-q', bad])).stdout, /retires/);
});

t.test('colour comes when asked for, unless NO_COLOR forbids it', async (t) => {
  const cases: Record<string, { args: string[]; env?: Record<string, string>; isColored: boolean }> = {
    NO_COLOR: { args: [bad], env: { FORCE_COLOR: '1', NO_COLOR: '1' }, isColored: false },
    '--color always': { args: [bad, '--color', 'always'], isColored: true },
  };
  for (const { label, isColored, result } of await runCases(['validate'], cases)) {
    t.equal(result.stdout.includes('\u001b['), isColored, label);
  }
});

t.test('the other names of the command do the same', async (t) => {
  const cases = { check: { args: ['check', bad] }, 'config parse': { args: ['config', 'parse', bad] } };
  for (const { label, result } of await runCases([], cases)) t.equal(result.code, 1, label);
});

t.test('a reader that goes away is no reason to complain', async (t) => {
  const many = file(
    'many.yml',
    `_format_version: "3.0"\nservices:\n${'- { name: "x y", url: 5, bad: 1 }\n'.repeat(500)}`,
  );
  const child = spawnCli(['validate', many]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number];
  t.equal(code, 1);
  t.equal(stderr, '');
});

t.test('exit code 70: a bug of ours says so, and how to report it', async (t) => {
  const broken = 'data:text/javascript,Date.now=()=>{throw new TypeError("provoked")}';
  const { code, stdout, stderr } = await runCli(['validate', good], { nodeArgs: ['--import', broken] });
  t.equal(code, 70);
  t.equal(stdout, '');
  t.match(stderr, /^gw: this is a bug in gw, not in your config\n[^]*please report it[^]*TypeError: provoked/);
});

t.test('a full disk behind stdout is one line, and no bug of ours', (t) => {
  if (!existsSync('/dev/full')) {
    t.comment('SKIPPED: there is no /dev/full here to stand for a full disk');
    t.end();
    return;
  }
  const full = openSync('/dev/full', 'w');
  const gw = join(packageRoot, 'bin', 'gw.js');
  const { status, stderr } = spawnSync(process.execPath, [gw, 'validate', good], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  t.equal(status, 2);
  t.equal(String(stderr), 'gw: cannot write the output: the disk is full\n');
  t.end();
});
