import t from 'tap';
import { loadConfig } from '../../src/config/load-config.ts';
import { pluginFacts } from '../../src/config/plugin-schemas.ts';
import { kongPlugins } from '../../src/config/schema-files.ts';
import { isJsonObject } from '../../src/lib/json.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

/** Plugins whose config is free, or has no field long enough to be mistyped. */
const untestable = new Set(['app-dynamics']);

const plugins = [...kongPlugins().keys()].filter((name) => !untestable.has(name));

function fieldsOf(plugin: string): readonly string[] {
  const properties = pluginFacts(plugin)?.schema.properties;
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

/** The longest name, as the one with the fewest neighbours. */
function longest(names: readonly string[]): string {
  return names.reduce((best, name) => (name.length > best.length ? name : best), '');
}

/** Two neighbouring letters in the middle, swapped. */
function mistype(name: string): string {
  let at = 2;
  while (at + 2 < name.length && name[at] === name[at + 1]) at++;
  return (
    name.slice(0, at) +
    name
      .slice(at, at + 2)
      .split('')
      .reverse()
      .join('') +
    name.slice(at + 2)
  );
}

t.test('a typing mistake in the config of any plugin is found, with the name that was meant', (t) => {
  const lines = plugins.map((plugin) => `- {name: ${plugin}, config: {${mistype(longest(fieldsOf(plugin)))}: 1}}`);
  const text = ['_format_version: "3.0"', 'plugins:', ...lines, ''].join('\n');
  const { diagnostics } = loadConfig([{ name: 'kong.yml', text }], { catalog: pluginCatalog, now: 0 });
  for (const [index, plugin] of plugins.entries()) {
    const field = longest(fieldsOf(plugin));
    const found = diagnostics.filter(
      ({ code, range }) => code === 'plugin/unknown-key' && range.start.line === index + 3,
    );
    t.strictSame(
      found.map(({ message, hint }) => ({ message, hint })),
      [{ message: `unknown key "${mistype(field)}" in "config"`, hint: `did you mean "${field}"?` }],
      plugin,
    );
  }
  t.ok(plugins.length > 110, `${plugins.length} plugins`);
  t.end();
});
