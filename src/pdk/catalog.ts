import type { PluginDescription } from './plugin.ts';

/**
 * The plugins this gateway runs, handed to whoever needs them; nobody imports the registry but the wiring. Who checks
 * configs needs descriptions, who runs them definitions.
 */
export interface PluginCatalog<Plugin extends PluginDescription = PluginDescription> {
  get(name: string): Plugin | undefined;
  /** Names in alphabetical order. */
  names(): readonly string[];
}

/** A catalog over a fixed list. @throws {TypeError} when a name occurs twice */
export function createCatalog<Plugin extends PluginDescription>(definitions: readonly Plugin[]): PluginCatalog<Plugin> {
  const byName = new Map<string, Plugin>();
  for (const definition of definitions) {
    if (byName.has(definition.name)) throw new TypeError(`plugin "${definition.name}" is listed twice`);
    byName.set(definition.name, definition);
  }
  const names = [...byName.keys()].sort();
  return { get: (name) => byName.get(name), names: () => names };
}
