import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { packageRoot } from '../../src/lib/package-info.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-ci-'));
const head = '_format_version: "3.0"\n';
writeFileSync(join(folder, 'kong.yml'), `${head}services:\n- name: a\n  url: http://a.example\n`);
writeFileSync(join(folder, 'bad one.yml'), `${head}services:\n- name: b\n  hots: b.example\n`);
writeFileSync(join(folder, 'warned.yml'), `${head}services:\n- {name: c, host: c.example, host: c.example}\n`);
mkdirSync(join(folder, 'bin'));
symlinkSync(join(packageRoot, 'bin', 'gw.js'), join(folder, 'bin', 'gw'));

function read(path: string): string {
  return readFileSync(join(packageRoot, path), 'utf8');
}

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a step as a CI system does: bash that stops at the first failure, with `gw` in the path. */
function runShell(script: string, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const inherited = { ...process.env, GITHUB_ACTIONS: undefined, NODE_OPTIONS: undefined };
  const path = `${join(folder, 'bin')}:${process.env.PATH ?? ''}`;
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...inherited, ...env, PATH: path } };
    execFile('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}

interface Step {
  readonly shell: string;
  readonly run: string;
  readonly env?: Readonly<Record<string, string>>;
}

const action = parse(read('action.yml')) as {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
};

/** Runs the action's last step with some inputs, the others having their defaults. */
async function runAction(inputs: Readonly<Record<string, string>>): Promise<Outcome> {
  const step = action.runs.steps.at(-1);
  const fill = (text: string): string =>
    text
      .replaceAll('${{ github.action_path }}', packageRoot)
      .replaceAll(/\$\{\{ inputs\.([a-z-]+) \}\}/g, (_, name: string) => {
        const value = inputs[name] ?? action.inputs[name]?.default;
        if (value === undefined) throw new Error(`the action has no input "${name}"`);
        return value;
      });
  const env = Object.fromEntries(Object.entries(step?.env ?? {}).map(([name, value]) => [name, fill(value)]));
  return await runShell(step?.run ?? 'false', { ...env, GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder });
}

t.test('the GitHub Action runs gw with its inputs, and fails as gw does', async (t) => {
  t.match(await runAction({}), { code: 0, output: /✔ kong\.yml/ });
  const found = await runAction({ files: 'kong.yml\nbad one.yml\n', format: 'stylish\nsarif=gw.sarif' });
  t.equal(found.code, 1);
  t.match(found.output, '\n::error file=bad one.yml,line=4,');
  t.match(JSON.parse(readFileSync(join(folder, 'gw.sarif'), 'utf8')), { version: '2.1.0' });
  t.equal((await runAction({ files: 'warned.yml' })).code, 0);
  t.equal((await runAction({ files: 'warned.yml', 'fail-on': 'warning' })).code, 1);
  t.equal((await runAction({ files: 'bad one.yml', args: '--severity\nschema/*=off' })).code, 0);
});

t.test('inputs of the action are data: they cannot run commands', async (t) => {
  const { code, output } = await runAction({ files: '$(echo pwned >&2)\n"; echo pwned; "' });
  t.equal(code, 2);
  t.notMatch(output, /^pwned/m);
});

t.test('the action builds gw where it is not built, and shows its inputs in docs/ci.md', (t) => {
  const [build] = action.runs.steps;
  t.match(build?.run, /npm ci/);
  t.match((JSON.parse(read('package.json')) as { scripts: { prepare: string } }).scripts.prepare, 'npm run build');
  for (const step of action.runs.steps) t.equal(step.shell, 'bash');
  for (const [name, { description }] of Object.entries(action.inputs)) {
    t.match(description, /./);
    t.match(read('docs/ci.md'), `| \`${name}\` |`);
  }
  t.end();
});

t.test('the GitLab template runs gw and leaves the reports it announces', async (t) => {
  const { 'gw-validate': job } = parse(read('docs/ci/gw.gitlab-ci.yml')) as {
    'gw-validate': {
      variables: Record<string, string>;
      before_script: string[];
      script: string[];
      artifacts: { reports: { codequality: string; junit: string } };
    };
  };
  const env = { ...job.variables, GW_FILES: 'kong.yml warned.yml', CI_PROJECT_DIR: folder };
  t.match(await runShell(job.script.join('\n'), env), { code: 0, output: /yaml\/duplicate-key/ });
  const issues: unknown = JSON.parse(readFileSync(join(folder, job.artifacts.reports.codequality), 'utf8'));
  t.match(issues, [{ check_name: 'yaml/duplicate-key', location: { path: 'warned.yml' } }]);
  t.match(readFileSync(join(folder, job.artifacts.reports.junit), 'utf8'), '</testsuites>');
  t.match(await runShell(job.before_script.join('\n'), { GW_PACKAGE: '' }), {
    code: 1,
    output: /say where npm gets gw from/,
  });
});

t.test('the pre-commit hooks run gw on the files they match', async (t) => {
  const hooks = parse(read('.pre-commit-hooks.yaml')) as {
    id: string;
    entry: string;
    language: string;
    files: string;
  }[];
  t.strictSame(
    hooks.map(({ id }) => id),
    ['gw-validate', 'gw-lint'],
  );
  for (const { id, entry, language, files } of hooks) {
    t.equal(language, 'node');
    for (const name of ['kong.yml', 'a/kong.yaml', 'kong.json']) t.match(name, new RegExp(files));
    t.notMatch('a/mykong.yml', new RegExp(files));
    t.match(await runShell(`${entry} kong.yml`, {}), { code: 0 }, id);
  }
  t.equal((await runShell(`${hooks[0]?.entry ?? ''} 'bad one.yml'`, {})).code, 1);
});

t.test('every YAML example of docs/ci.md can be parsed', (t) => {
  const blocks = [...read('docs/ci.md').matchAll(/```yaml\n([^]*?)```/g)];
  t.ok(blocks.length >= 4);
  for (const [, text = ''] of blocks) t.ok(parse(text) as unknown, text);
  t.end();
});
