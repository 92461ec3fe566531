import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runCli } from '../support/run-cli.ts';

void t.test('gw init writes a config without findings, and never over a file', async (t) => {
  const cwd = t.testdir({});
  t.equal((await runCli(['init'], { cwd })).code, 0);
  const issuer = 'https://sso.example.com/realms/a';
  const oidc = await runCli(['init', '--oidc', issuer, 'oidc.yml'], { cwd });
  t.match(oidc.stdout, 'wrote oidc.yml');
  t.match(readFileSync(join(cwd, 'oidc.yml'), 'utf8'), `issuer: "${issuer}"`);
  for (const file of ['kong.yml', 'oidc.yml']) {
    t.equal(
      (await runCli(['validate', '-q', '--max-warnings', '0', file], { cwd })).stdout,
      '',
      `${file} has no findings`,
    );
  }
  const before = readFileSync(join(cwd, 'kong.yml'), 'utf8');
  const again = await runCli(['init'], { cwd });
  t.equal(again.code, 1);
  t.match(again.stderr, '"kong.yml" exists already');
  t.equal(readFileSync(join(cwd, 'kong.yml'), 'utf8'), before);
  t.equal((await runCli(['init', '--oidc', 'nowhere', 'x.yml'], { cwd })).code, 2);
  t.equal((await runCli(['init', 'no/folder/x.yml'], { cwd })).code, 2);
});

void t.test('the plugin that gw init leaves as a comment is valid once the "#" is taken away', async (t) => {
  const cwd = t.testdir({});
  await runCli(['init'], { cwd });
  const text = readFileSync(join(cwd, 'kong.yml'), 'utf8');
  const [head = '', plugin = ''] = text.split(/^ *# To let only callers.*\n/m);
  const active = head + plugin.replace(/^ {8}# /gm, '        ');
  t.match(active, /^ {8}plugins:$/m);
  const result = await runCli(['validate', '-q', '--max-warnings', '0', '-'], { cwd, stdin: active });
  t.same([result.code, result.stdout], [0, '']);
});

const shells = ['bash', 'zsh', 'fish'].filter((shell) => spawnSync(shell, ['-c', 'true']).status === 0);

void t.test('bash completes commands, flags, their values and files', async (t) => {
  const cwd = t.testdir({ 'b.yml': '' });
  const { stdout: script } = await runCli(['completion', 'bash']);
  const complete = (line: string): readonly string[] => {
    const words = line.split(' ').map((word) => `'${word}'`);
    const ask = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _gw; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['--norc', '-c', `${script}\n${ask}`], { cwd, encoding: 'utf8' });
    return output.split('\n').filter((word) => word !== '');
  };
  t.ok(['validate', 'render', 'diff', 'completion'].every((name) => complete('gw ').includes(name)));
  t.notOk(complete('gw ').includes('check'), 'hidden commands are not offered');
  t.same(complete('gw va'), ['validate']);
  t.same(complete('gw convert b.yml --to '), ['3.0', 'deck', 'dbless']);
  t.same(complete('gw convert b'), ['b.yml']);
  t.same(complete('gw render -o b'), ['b.yml'], 'a flag with a value takes files');
  t.ok(complete('gw diff --').includes('--exit-zero'));
  t.same(complete('gw completion '), ['bash', 'zsh', 'fish']);
  t.same(complete('gw help exi'), ['exit-codes']);
});

void t.test('every shell that is installed takes its script', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await runCli(['completion', shell]);
    t.equal(code, 0);
    if (!shells.includes(shell)) t.comment(`skipped: ${shell} is not installed`);
    else t.equal(spawnSync(shell, ['-n'], { input: stdout }).status, 0, `${shell} reads it`);
  }
  t.equal((await runCli(['completion', 'tcsh'])).code, 2);
});
