import type { JsonObject } from '../../src/lib/json.ts';
import { host, maybeEmpty, type Overlay, url } from './overlay/overlay.ts';
import { readPartials, type ReferenceSchema } from './reference.ts';
import { translateConfig } from './translate-schema.ts';

/** The fields of a connection to Redis, which are here at the top. */
const redis: Overlay = { fields: { host, server_name: { format: 'server-name' }, password: maybeEmpty } };

/** What the published data lacks, by type, as for plugins. */
const overlays: Readonly<Record<string, Overlay>> = {
  'redis-ce': redis,
  'redis-ee': redis,
  embeddings: { fields: { 'model.options.upstream_url': url } },
  model: { fields: { 'model.options.upstream_url': url } },
};

/** Schemas of the configs of partials by type, as they belong into `schemas/partials/`. */
export function partialSchemas(): Readonly<Record<string, JsonObject>> {
  const translate = ([type, reference]: readonly [string, ReferenceSchema]): readonly [string, JsonObject] => [
    type,
    { title: type, ...translateConfig(reference, overlays[type] ?? {}) },
  ];
  return Object.fromEntries(Object.entries(readPartials()).map(translate));
}
