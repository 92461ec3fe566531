import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type CliResult, runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-lint-'));

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return name;
}

const routed = `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]
`;
file('clean.yml', `_format_version: "3.0"\n${routed}`);
file('kong.yml', `_format_version: "3.0"\n${routed}routes:\n- name: lost\n  paths: [/lost]\n`);
file(
  'ignored.yml',
  `_format_version: "3.0"\n${routed}routes:\n# gw-ignore lint/route-without-service\n- name: lost\n  paths: [/lost]\n`,
);
file('broken.yml', `_format_version: "3.0"\n${routed}  retires: 3\nroutes:\n- name: lost\n  paths: [/lost]\n`);
file(
  'rules.yml',
  'extends: [gw:off]\nrules:\n  long-names: { given: $..name, severity: error, then: { function: length, functionOptions: { min: 5 } } }\n',
);
file('bad-rules.yml', 'rules:\n  tied-rutes: off\n');

/** The codes of the findings, with where they are. */
async function lint(...args: readonly string[]): Promise<CliResult & { readonly findings: readonly string[] }> {
  const result = await runCli(['lint', '--format', 'unix', ...args], { cwd: folder });
  return {
    ...result,
    findings: [...result.stdout.matchAll(/^(\S+:\d+:\d+: \w+):.*\[([^\]]+)\]$/gm)].map(
      (match) => `${match[1] ?? ''} ${match[2] ?? ''}`,
    ),
  };
}

const warned = ['kong.yml:9:3: warning lint/route-without-service'];

t.test('a warning of a rule is printed and does not fail, unless warnings shall', async (t) => {
  const [plain, strict, few] = await Promise.all([lint(), lint('--fail-on', 'warning'), lint('--max-warnings', '0')]);
  t.strictSame([plain.code, plain.findings], [0, warned]);
  t.strictSame([strict.code, few.code], [1, 1]);
});

t.test('a clean config is clean', async (t) => {
  const { code, stdout } = await runCli(['lint', 'clean.yml'], { cwd: folder });
  t.equal(code, 0);
  t.match(stdout, /clean\.yml: 1 service, 1 route/);
});

t.test('--rule changes the severity of a rule, turns it off or on', async (t) => {
  const rule = '--rule';
  const [error, off, on, unknown, malformed] = await Promise.all([
    lint(rule, 'route-without-service=error'),
    lint(rule, 'route-without-service=off'),
    lint(rule, 'default-timeouts=info', 'clean.yml'),
    lint(rule, 'tied-rutes=off'),
    lint(rule, 'tied-routes=loud'),
  ]);
  t.strictSame([error.code, error.findings], [1, ['kong.yml:9:3: error lint/route-without-service']]);
  t.strictSame([off.code, off.findings], [0, []]);
  t.strictSame(on.findings, ['clean.yml:3:3: info lint/default-timeouts']);
  t.equal(unknown.code, 2);
  t.match(unknown.stderr, /there is no rule "tied-rutes"\n\s+did you mean "tied-routes"\?/);
  t.equal(malformed.code, 2);
});

t.test('a comment hides a finding, also when it would be an error, and is not called unused', async (t) => {
  const { code, findings } = await lint('--rule', 'route-without-service=error', 'ignored.yml');
  t.strictSame([code, findings], [0, []]);
});

t.test('a comment about a rule that finds nothing there is called unused, but not by validate', async (t) => {
  file('unused.yml', `_format_version: "3.0"\n# gw-ignore-file lint/tied-routes\n${routed}`);
  const [linted, validated] = await Promise.all([
    lint('unused.yml'),
    runCli(['validate', '--format', 'unix', 'unused.yml'], { cwd: folder }),
  ]);
  t.match(linted.stdout, /ignore\/unused/);
  t.equal(validated.stdout.trim(), '');
});

t.test('a config with errors gets those, and no advice', async (t) => {
  const { code, findings, stderr } = await lint('broken.yml');
  t.equal(code, 1);
  t.strictSame(findings, ['broken.yml:8:3: error schema/unknown-key']);
  t.match(stderr, /a config with errors is not looked at by the rules/);
});

t.test('--rules-file brings rules of the user; mistakes in it are usage errors with their place', async (t) => {
  const [own, bad, missing] = await Promise.all([
    lint('--rules-file', 'rules.yml'),
    lint('--rules-file', 'bad-rules.yml'),
    lint('--rules-file', 'nowhere.yml'),
  ]);
  t.strictSame([own.code, own.findings], [1, ['kong.yml:9:9: error lint/long-names']]);
  t.strictSame([bad.code, missing.code], [2, 2]);
  t.match(bad.stderr, /bad-rules\.yml:2:3: there is no rule "tied-rutes"; did you mean "tied-routes"\?/);
  t.match(missing.stderr, /nowhere\.yml/);
});

t.test('.gwlint.yml of the current folder is used unless told otherwise', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'gw-lint-'));
  writeFileSync(join(cwd, '.gwlint.yml'), 'rules:\n  route-without-service: off\n');
  writeFileSync(join(cwd, 'kong.yml'), '_format_version: "3.0"\nroutes:\n- name: lost\n  paths: [/lost]\n');
  const [used, without] = await Promise.all([
    runCli(['lint', '--format', 'unix'], { cwd }),
    runCli(['lint', '--format', 'unix', '--no-rules-file'], { cwd }),
  ]);
  t.equal(used.stdout.trim(), '');
  t.match(without.stdout, /lint\/route-without-service/);
});

t.test('--list-rules prints a table, or JSON with everything about the rules', async (t) => {
  const [table, json] = await Promise.all([
    runCli(['lint', '--list-rules', '--rule', 'tied-routes=off'], { cwd: folder }),
    runCli(['lint', '--list-rules', '--format', 'json'], { cwd: folder }),
  ]);
  t.equal(table.code, 0);
  t.match(table.stdout, /^unreachable-route\s+warning {2}another route takes every request of this one$/m);
  t.match(table.stdout, /^tied-routes\s+off /m);
  const { rules } = JSON.parse(json.stdout) as { rules: { name: string; options: object }[] };
  t.ok(rules.length >= 28, `${rules.length} rules`);
  t.strictSame(rules.find(({ name }) => name === 'certificate-expiry')?.options, { days: 30 });
});

t.test('--each looks at every file for itself, and a rule has a page in gw help', async (t) => {
  const [each, page] = await Promise.all([
    lint('--each', 'clean.yml', 'kong.yml'),
    runCli(['help', 'lint/tied-routes'], { cwd: folder }),
  ]);
  t.strictSame([each.code, each.findings], [0, warned]);
  t.match(page.stdout, /lint\/tied-routes: two routes match the same requests and rank equally \(warning\)/);
});

t.test('a secret that a rule points at is in no format', async (t) => {
  file(
    'secret.yml',
    '_format_version: "3.0"\nplugins:\n- name: http-log\n  config:\n    http_endpoint: https://log.internal\n    headers: { Authorization: hunter2-is-mine }\n- name: ldap-auth-advanced\n  config:\n    ldap_host: ldap.internal\n    base_dn: dc=x\n    attribute: cn\n    ldap_password: hunter2-is-mine\n',
  );
  for (const format of ['stylish', 'json', 'sarif', 'github', 'gitlab', 'junit', 'unix']) {
    const { stdout } = await runCli(['lint', '--format', format, 'secret.yml'], { cwd: folder });
    t.match(stdout, /literal-secret/, format);
    t.notMatch(stdout, /hunter2-is-mine/, format);
  }
});
