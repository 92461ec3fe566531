import { openidConnect } from '../../src/plugins/openid-connect/definition.ts';

/** A config as the plugin gets it: `given` with the schema's defaults for what is not in it. */
export function withDefaults(given: Record<string, unknown>): Record<string, unknown> {
  const properties = openidConnect.schema.properties as Record<string, { default?: unknown }>;
  const defaults = Object.entries(properties).filter(([, schema]) => schema.default !== undefined);
  return { ...Object.fromEntries(defaults.map(([name, schema]) => [name, schema.default])), ...given };
}
