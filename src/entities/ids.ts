import { uuidV5 } from '../lib/digest.ts';

/** Root of the namespaces that Kong derives the ids of a declarative config from. */
const ROOT_NAMESPACE = 'fd02801f-0957-4a15-a55a-c8d9606f30b5';

const namespaces = new Map<string, string>();

/**
 * The id Kong gives an entity that has none in the file: a UUIDv5 in the namespace of its kind (`services`, …). `key`
 * is its name or, for a consumer, its username; for plugins see {@link pluginKey}.
 */
export function derivedId(kind: string, key: string): string {
  let namespace = namespaces.get(kind);
  if (namespace === undefined) {
    namespace = uuidV5(ROOT_NAMESPACE, kind);
    namespaces.set(kind, namespace);
  }
  return uuidV5(namespace, key);
}

/** What a plugin is attached to, each as Kong sees it when it makes ids: the id of a parent, else what the file says. */
export interface PluginScopeKey {
  readonly route: string;
  readonly service: string;
  readonly consumer: string;
}

/** Kong's cache key of a plugin (without workspace), the text its id is derived from. Two plugins must not share one. */
export function pluginKey(name: string, scope: PluginScopeKey): string {
  return `plugins:*:${name}:${scope.route}:${scope.service}:${scope.consumer}`;
}
