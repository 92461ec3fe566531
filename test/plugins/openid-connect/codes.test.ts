import t from 'tap';
import { loadConfig } from '../../../src/config/load-config.ts';
import { openidConnectCodes } from '../../../src/plugins/openid-connect/codes.ts';
import { pluginCatalog } from '../../../src/plugins/registry.ts';

const now = Date.parse('2026-01-01');

function codesOf(text: string): Set<string> {
  const result = loadConfig([{ name: 'kong.yml', text: `_format_version: "3.0"\n${text}\n` }], {
    catalog: pluginCatalog,
    now,
  });
  return new Set(result.diagnostics.map(({ code }) => code));
}

for (const [code, { bad, good }] of Object.entries(openidConnectCodes)) {
  t.test(`the examples of ${code} show it, and how to put it right`, (t) => {
    t.ok(codesOf(bad).has(code), 'the bad one has it');
    t.notOk(codesOf(good).has(code), 'the good one does not');
    t.end();
  });
}

t.test('a consumer of the config can be "anonymous", one that a lookup may bring is not missed', (t) => {
  const plugin = [
    'plugins:',
    '  - name: openid-connect',
    '    config: {issuer: https://idp.example, auth_methods: [client_credentials], anonymous: guest}',
  ].join('\n');
  t.ok(codesOf(plugin).has('openid-connect/reference'));
  t.notOk(codesOf(`${plugin}\nconsumers:\n  - username: guest`).has('openid-connect/reference'));
  const lookup = '_info:\n  default_lookup_tags:\n    consumers: [shared]';
  t.notOk(codesOf(`${lookup}\n${plugin}`).has('openid-connect/reference'));
  t.end();
});
