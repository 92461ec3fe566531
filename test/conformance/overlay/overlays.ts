import type { JsonObject } from '../../../src/lib/json.ts';
import type { ReferenceSchema } from '../reference.ts';
import { authentication } from './authentication.ts';
import { logging } from './logging.ts';
import { host, lua, maybeEmpty, moved, type Overlay, url } from './overlay.ts';
import { traffic } from './traffic.ts';
import { transformation } from './transformation.ts';

const overlays: Readonly<Record<string, Overlay>> = { ...authentication, ...logging, ...traffic, ...transformation };

/** What we add to the data about a plugin. */
export function overlayOf(plugin: string): Overlay {
  return overlays[plugin] ?? {};
}

/** What holds for fields of this path whatever the plugin. */
export function commonKeywords(path: string): JsonObject {
  if (/(?:^|\.)redis\.host$/.test(path)) return host;
  if (/(?:^|\.)redis\.server_name$/.test(path)) return { format: 'server-name' };
  if (/(?:^|\.)redis\.password$/.test(path)) return maybeEmpty;
  if (/(?:^|\.)custom_fields_by_lua\{\}$/.test(path)) return { ...lua, minLength: 1 };
  return path.endsWith('model.options.upstream_url') ? url : {};
}

/** Names that the connection to a Redis cluster had before Kong 3.8. */
const oldConnection: Readonly<Record<string, JsonObject>> = {
  timeout: moved('integer', ['connect_timeout', 'send_timeout', 'read_timeout']),
  cluster_addresses: { ...moved('array', 'cluster_nodes'), items: { type: 'string' }, minItems: 1 },
  sentinel_addresses: { ...moved('array', 'sentinel_nodes'), items: { type: 'string' }, minItems: 1 },
};

/** Old fields of a record, going by the fields it has now. */
export function oldFieldsOf({ properties = {} }: ReferenceSchema): Readonly<Record<string, JsonObject>> {
  const isConnection = 'cluster_nodes' in properties && 'connect_timeout' in properties && !('timeout' in properties);
  return isConnection ? oldConnection : {};
}
