import type { JsonObject } from '../../src/lib/json.ts';
import { overlayOf } from './overlay/overlays.ts';
import { readReference, type ReferencePlugin, referenceNames } from './reference.ts';
import { translateConfig } from './translate-schema.ts';

/** Plugins whose schemas are written by hand, because gw runs them. */
const handWritten: ReadonlySet<string> = new Set(['openid-connect']);

/** Plugins whose schemas are produced. */
export function writtenPlugins(): readonly string[] {
  return referenceNames().filter((name) => !handWritten.has(name));
}

/** The schema of a plugin's config as it belongs into `schemas/plugins/`. */
export function pluginSchema(name: string): JsonObject {
  const reference = readReference(name);
  return {
    title: name,
    ...pluginFacts(reference),
    ...translateConfig(reference.properties.config, overlayOf(name)),
  };
}

/** What is known about a plugin besides its config: protocols, what it may be attached to, what partials fill. */
export function pluginFacts({ properties, 'x-supported-partials': partials = [] }: ReferencePlugin): JsonObject {
  const protocols = [...(properties.protocols.items?.enum ?? [])].map(String).sort();
  const preset = [...((properties.protocols.default ?? protocols) as readonly string[])].sort();
  const scopes = (['service', 'route', 'consumer', 'consumer_group'] as const).filter(
    (scope) => properties[scope] !== undefined,
  );
  const paths = partials.map((partial) => [partial.name, partial.paths.map((path) => path.replace(/^config\.?/, ''))]);
  return {
    'x-protocols': protocols,
    ...(preset.length === protocols.length ? {} : { 'x-default-protocols': preset }),
    'x-scopes': scopes,
    ...(partials.length === 0 ? {} : { 'x-partials': Object.fromEntries(paths) as JsonObject }),
  };
}
