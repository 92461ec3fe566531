import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Diagnostic } from '../../src/config/diagnostic.ts';
import { inspectConfig } from '../../src/config/load-config.ts';
import { activateRules } from '../../src/lint/rule-settings.ts';
import { lintRules } from '../../src/lint/rules/index.ts';
import { loadRuleset } from '../../src/lint/ruleset/load-ruleset.ts';
import { RulesetError } from '../../src/lint/ruleset/problems.ts';
import { runRules } from '../../src/lint/run-rules.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-ruleset-'));
let files = 0;

function file(text: string, name = `ruleset-${files++}.yml`): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const config = `_format_version: "3.0"
_info:
  select_tags: [shop]
services:
- &orders
  name: Orders
  url: https://orders.internal
  tags: [shop, b, a]
  routes:
  - name: orders
    paths: [/orders]
- <<: *orders
  name: carts
  routes:
  - paths: [/carts]
plugins:
- name: openid-connect
  config:
    issuer: https://idp.example.com
    auth_methods: [bearer]
    client_id: [gateway]
    client_secret: [correct-horse]
    cache_tokens_salt: "{vault://env/salt}"
`;

/** Findings of the user's rules alone, `line:column message`. */
async function lint(ruleset: string, text = config): Promise<readonly string[]> {
  return (await findings(ruleset, text)).map(
    ({ range, message }) => `${range.start.line}:${range.start.column} ${message}`,
  );
}

async function findings(ruleset: string, text = config): Promise<readonly Diagnostic[]> {
  const { rules, settings } = await loadRuleset(file(`extends: [gw:off]\n${ruleset}`));
  const inspection = inspectConfig([{ name: 'kong.yml', text }], { catalog: pluginCatalog, now: 0 });
  const { diagnostics } = runRules(inspection, activateRules([...lintRules, ...rules], settings), 0);
  return diagnostics.filter(({ code }) => code.startsWith('lint/'));
}

/** A ruleset with one rule. */
function rule(given: string, then: string, more = ''): string {
  return `rules:\n  mine:\n    given: ${given}\n    then: ${then}\n${more}`;
}

const functionCases: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['truthy', '$.services[*]', '{ field: retries, function: truthy }', ['6:3', '12:3']],
  ['falsy', '$.services[*]', '{ field: tags, function: falsy }', ['8:9']],
  ['defined', '$.routes', '{ function: defined }', []],
  ['defined', '$..routes[*]', '{ field: name, function: defined }', ['15:5']],
  ['undefined', '$..routes[*]', '{ field: name, function: undefined }', ['10:11']],
  ['pattern', '$.services[*].name', '{ function: pattern, functionOptions: { match: "/^orders$/i" } }', ['13:9']],
  ['pattern', '$.services[*].name', '{ function: pattern, functionOptions: { notMatch: "[A-Z]" } }', ['6:9']],
  ['enumeration', '$.services[*].name', '{ function: enumeration, functionOptions: { values: [carts] } }', ['6:9']],
  ['length', '$.services[0].tags', '{ function: length, functionOptions: { max: 2 } }', ['8:9']],
  ['length', '$.services[*].name', '{ function: length, functionOptions: { min: 6 } }', ['13:9']],
  ['casing', '$.services[*].name', '{ function: casing, functionOptions: { type: kebab } }', ['6:9']],
  ['casing', '$.services[*].name', '{ function: casing, functionOptions: { type: pascal } }', ['13:9']],
  [
    'schema',
    '$.services[*]',
    '{ function: schema, functionOptions: { schema: { properties: { name: { maxLength: 5 } } } } }',
    ['6:9'],
  ],
  ['alphabetical', '$.services[0].tags', '{ function: alphabetical }', ['8:10']],
  ['alphabetical', '$.services', '{ function: alphabetical, functionOptions: { keyedBy: name } }', ['4:1']],
  ['xor', '$.services[0]', '{ function: xor, functionOptions: { properties: [name, url] } }', ['6:3']],
  ['or', '$.services[0]', '{ function: or, functionOptions: { properties: [id, host] } }', ['6:3']],
];

for (const [name, given, then, places] of functionCases) {
  t.test(`${name} over ${given}, ${then}, reports ${places.join(' and ') || 'nothing'}`, async (t) => {
    t.strictSame(
      (await lint(rule(given, then))).map((line) => line.split(' ')[0]),
      places,
    );
  });
}

t.test('a message is filled with property, value, path, description and what the function says', async (t) => {
  const then = '{ function: pattern, functionOptions: { match: "^[a-z]+$" } }';
  const more =
    '    message: "{{property}}|{{value}}|{{path}}|{{description}}|{{error}}|{{other}}"\n    description: names\n';
  t.strictSame(await lint(rule('$.services[0].name', then, more)), [
    '6:9 name|Orders|services.0.name|names|"Orders" must match the pattern "^[a-z]+$"|{{other}}',
  ]);
});

t.test('the value of a secret is in no message', async (t) => {
  const then = '{ function: pattern, functionOptions: { match: "^x" } }';
  const [line = ''] = await lint(rule('$..client_secret[*]', then, '    message: "{{value}}: {{error}}"\n'));
  t.match(line, /•••: "•••" must match/);
  t.notMatch(line, /correct-horse/);
});

t.test('an alias stands for its expressions, with the rest behind it', async (t) => {
  const aliases = 'aliases:\n  All: [$.services, $.plugins]\n  Each: "#All[*]"\n';
  const ruleset = `${aliases}${rule('"#Each.name"', '{ function: length, functionOptions: { max: 6 } }')}`;
  t.strictSame(
    (await lint(ruleset)).map((line) => line.split(' ')[0]),
    ['17:9'],
  );
});

t.test('keys are looked at with @key and with ~', async (t) => {
  const options = 'functionOptions: { notMatch: "^client_" }';
  const byField = await lint(rule('$.plugins[*].config', `{ field: "@key", function: pattern, ${options} }`));
  t.strictSame(
    byField.map((line) => line.split(' ')[0]),
    ['21:5', '22:5'],
  );
  t.strictSame(await lint(rule('$.plugins[*].config.*~', `{ function: pattern, ${options} }`)), byField);
});

t.test('severities are Spectral words and numbers, and off is off', async (t) => {
  const then = '{ field: retries, function: truthy }';
  for (const [word, severity] of [
    ['error', 'error'],
    ['warn', 'warning'],
    ['info', 'info'],
    ['hint', 'info'],
    ['0', 'error'],
    ['3', 'info'],
  ] as const) {
    const [first] = await findings(rule('$.services[0]', then, `    severity: ${word}\n`));
    t.equal(first?.severity, severity, word);
  }
  t.strictSame(await findings(rule('$.services[0]', then, '    severity: off\n')), []);
  t.strictSame(await findings(rule('$.services[0]', then, '    recommended: false\n')), []);
});

t.test('a ruleset extends files beside it, and what it says wins', async (t) => {
  file(rule('$.services[0]', '{ field: retries, function: truthy }'), 'base.yml');
  const { rules, settings } = await loadRuleset(file('extends: ["./base.yml", gw:all]\nrules:\n  mine: hint\n'));
  t.strictSame(
    rules.map(({ name }) => name),
    ['mine'],
  );
  t.equal(settings.get('mine')?.severity, 'info');
  t.equal(settings.get('disabled-plugin')?.severity, 'warning');
});

const mistakes: readonly (readonly [string, RegExp])[] = [
  ['rules:\n  tied-rutes: off\n', /:2:3: there is no rule "tied-rutes"; did you mean "tied-routes"\?/],
  ['rules:\n  tied-routes: loud\n', /:2:16: rule "tied-routes" takes off, hint, info, warn or error/],
  ['rules:\n  certificate-expiry: [warn, { days: soon }]\n', /:2:38: "days" must be/],
  ['rules:\n  naming-convention: [warn, { patterns: { routes: "(" } }]\n', /"\(" is not a regular expression/],
  ['rules:\n  mine: { given: $.a }\n', /"then" is missing/],
  [
    'rules:\n  mine: { given: "$.a[?(", then: { function: truthy } }\n',
    /:2:18: "\$\.a\[\?\(" is not a JSONPath expression/,
  ],
  [
    'rules:\n  mine: { given: $.a, then: { function: truthi } }\n',
    /there is no function "truthi"; did you mean "truthy"\?/,
  ],
  ['rules:\n  mine: { given: $.a, then: { function: pattern } }\n', /the function "pattern" needs "functionOptions"/],
  ['rules:\n  mine: { given: $.a, then: { function: length, functionOptions: { mn: 1 } } }\n', /unknown key "mn"/],
  ['rules:\n  mine: { given: "#Nope", then: { function: truthy } }\n', /there is no alias "Nope"/],
  ['aliases: { A: "#A" }\nrules:\n  mine: { given: "#A", then: { function: truthy } }\n', /"A" leads back to itself/],
  [
    'rules:\n  mine: { given: $.a, then: { function: pattern, functionOptions: { match: "(" } } }\n',
    /Invalid regular expression/,
  ],
  ['rulez: {}\n', /:1:1: unknown key "rulez"; did you mean "rules"\?/],
  ['extends: ./missing.yml\n', /:1:10: .*missing\.yml/],
  ['extends: gw:al\n', /there is no ruleset "gw:al"; did you mean "gw:all"\?/],
  ['extends: https://example.com/rules.yml\n', /is not fetched from the network/],
  ['functions: [x]\n', /"functions" is not supported/],
  ['rules: [\n', /ruleset-\d+\.yml:\d+:\d+: /],
  ['- a\n', /expected a map with "extends" or "rules"/],
];

for (const [text, expected] of mistakes) {
  t.test(`a mistake is told with its place: ${JSON.stringify(text)}`, async (t) => {
    const error: unknown = await loadRuleset(file(text)).then(
      () => null,
      (reason: unknown) => reason,
    );
    t.type(error, RulesetError);
    t.match((error as Error).message, expected);
    t.match((error as Error).message, /^\S+\.yml:\d+:\d+: /);
  });
}

t.test('a ruleset that extends itself is refused', async (t) => {
  const path = join(folder, 'loop.yml');
  writeFileSync(path, 'extends: ./loop.yml\n');
  await t.rejects(loadRuleset(path), { message: /"\.\/loop\.yml" extends itself/ });
});
