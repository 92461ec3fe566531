import type { JsonSchema } from '../lib/json.ts';
import type { GivenConfig } from './plugin-given.ts';
import type { ValueView } from './schema-errors.ts';
import { secretProperties } from './secrets.ts';

const secrets = new WeakMap<JsonSchema, ReadonlySet<string>>();

/** What may be shown of a plugin's config: nothing secret by its schema, nothing that comes from the environment. */
export function viewOfConfig(config: GivenConfig, schema: JsonSchema): ValueView {
  let secret = secrets.get(schema);
  if (secret === undefined) {
    secret = secretProperties(schema);
    secrets.set(schema, secret);
  }
  const names = secret;
  return {
    mayShow(path) {
      const place = config.placeOf(path);
      return !path.some((step) => names.has(String(step))) && !place.document.isFromEnv(place.path);
    },
    written(path) {
      const place = config.placeOf(path);
      return place.document.written(place.path);
    },
  };
}
