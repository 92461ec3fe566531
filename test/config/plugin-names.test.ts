import t from 'tap';
import { loadConfig } from '../../src/config/load-config.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

function findings(lines: readonly string[], allowPlugins: readonly string[] = []): readonly string[] {
  const text = ['_format_version: "3.0"', ...lines, ''].join('\n');
  const options = { catalog: pluginCatalog, now: 0, allowPlugins };
  const { diagnostics } = loadConfig([{ name: 'kong.yml', text }], options);
  return diagnostics.map(({ code, range }) => `${range.start.line} ${code}`);
}

const ours = ['plugins:', '- {name: our-own, config: {any: thing}}'];

t.test('a plugin that nobody knows is refused, unless the caller allows it', (t) => {
  t.strictSame(findings(ours), ['3 plugin/unknown']);
  t.strictSame(findings(ours, ['our-own']), ['3 plugin/not-run']);
  t.end();
});

t.test('a clone of a plugin of Kong is held to its schema', (t) => {
  const lines = ['plugins:', '- {name: acl-2, config: {alow: [a]}}', 'cloned_plugins:', '- {name: acl-2, ref: acl}'];
  t.match(findings(lines), ['3 plugin/not-run', '3 plugin/unknown-key']);
  t.end();
});

t.test('names that come from a config reach no file outside the schemas', (t) => {
  t.strictSame(findings(['plugins:', '- {name: ../consumer}', '- {name: __proto__}', '- {name: constructor}']), [
    '3 plugin/unknown',
    '4 plugin/unknown',
    '5 plugin/unknown',
  ]);
  t.end();
});
