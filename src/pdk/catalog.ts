import type { PluginDefinition } from './plugin.ts';

/** The plugins this gateway runs, handed to whoever needs them; nobody imports the registry but the wiring. */
export interface PluginCatalog {
  get(name: string): PluginDefinition | undefined;
  /** Names in alphabetical order. */
  names(): readonly string[];
}

/** A catalog over a fixed list. @throws {TypeError} when a name occurs twice */
export function createCatalog(definitions: readonly PluginDefinition[]): PluginCatalog {
  const byName = new Map<string, PluginDefinition>();
  for (const definition of definitions) {
    if (byName.has(definition.name)) throw new TypeError(`plugin "${definition.name}" is listed twice`);
    byName.set(definition.name, definition);
  }
  const names = [...byName.keys()].sort();
  return { get: (name) => byName.get(name), names: () => names };
}
