import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { exitCode } from '../../src/cli/exit-code.ts';
import { settingTable } from '../../src/cli/setting-table.ts';
import { packageRoot, version } from '../../src/lib/package-info.ts';
import { runCases, runCli } from '../support/run-cli.ts';

function page(name: string): string {
  return readFileSync(join(packageRoot, 'docs', `${name}.md`), 'utf8');
}

/** Long flags that a help text names. */
function flagsIn(help: string): readonly string[] {
  const options = help.split('Options:')[1]?.split('\n\n')[0] ?? '';
  return [...options.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag);
}

for (const command of ['validate', 'start', 'issuers']) {
  t.test(`gw ${command}: --help has examples, and every flag is in docs/${command}.md`, async (t) => {
    const { code, stdout, stderr } = await runCli([command, '--help']);
    t.equal(code, 0);
    t.equal(stderr, '');
    t.match(stdout, /Examples:\n {2}gw /);
    const flags = flagsIn(stdout);
    t.ok(flags.length > 3);
    for (const flag of flags) t.match(page(command), flag, `${flag} is documented`);
  });
}

t.test('gw --help names every command, gw help COMMAND is its --help', async (t) => {
  const { code, stdout } = await runCli(['--help']);
  t.equal(code, 0);
  for (const command of ['validate', 'start', 'issuers', 'version', 'help']) {
    t.match(stdout, new RegExp(`^ {2}${command}\\b`, 'm'));
  }
  const cases = { flag: { args: ['version', '--help'] }, command: { args: ['help', 'version'] } };
  const [flag, help] = await runCases([], cases);
  t.match(flag?.result.stdout, /Examples:/);
  t.equal(help?.result.stdout, flag?.result.stdout);
});

t.test('every exit code is in gw help exit-codes and in docs/validate.md', async (t) => {
  const { stdout } = await runCli(['help', 'exit-codes']);
  for (const code of Object.values(exitCode)) {
    t.match(stdout, new RegExp(`\\b${code}\\b`));
    t.match(page('validate'), new RegExp(`\\| .*\\b${code}\\b`));
  }
});

t.test('every setting is in gw help settings and, with its default, in docs/start.md', async (t) => {
  const { stdout } = await runCli(['help', 'settings']);
  for (const [name, { defaultText, doc, isOurs }] of Object.entries(settingTable)) {
    t.match(stdout, `\n  ${name}\n`);
    const preset = defaultText === '' ? '' : `\`${defaultText}\``;
    t.match(page('start'), `| \`${name}\`${isOurs ? ' *gw*' : ''} | ${preset} | ${doc} |`);
  }
});

t.test('gw help CODE explains a finding; an unknown topic suggests a near one', async (t) => {
  const known = await runCli(['help', 'reference/dangling']);
  t.equal(known.code, 0, known.stderr);
  t.match(known.stdout, 'reference/dangling');
  const unknown = await runCli(['help', 'exit-code']);
  t.equal(unknown.code, 2);
  t.match(unknown.stderr, /did you mean "gw help exit-codes"\?/);
});

t.test('the version is that of package.json, everywhere', async (t) => {
  t.equal((await runCli(['--version'])).stdout, `gw ${version}\n`);
  t.match(JSON.parse((await runCli(['version', '--format', 'json'])).stdout), {
    version,
    node: process.version.slice(1),
  });
});
