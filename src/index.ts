export type { Cache, CacheEntry, CacheStats, Loaded, Loader } from './cache/cache.ts';
export type { Diagnostic, Position, Range, Severity } from './config/diagnostic.ts';
export { loadConfig, type LoadOptions, type LoadResult } from './config/load-config.ts';
export { readSource, type Source, SourceError } from './config/source.ts';
export type { Consumer } from './entities/consumer.ts';
export type { EntityRef } from './entities/entity.ts';
export type { EntityKind } from './entities/kinds.ts';
export type { EntitySet } from './entities/entity-set.ts';
export type { Plugin } from './entities/plugin.ts';
export type { Route } from './entities/route.ts';
export type { Service } from './entities/service.ts';
export { type Clock, systemClock } from './lib/clock.ts';
export { version } from './lib/package-info.ts';
export { Secret } from './lib/secret.ts';
export type { AdminEndpoint, AdminReply, AdminRequest } from './pdk/admin.ts';
export { createCatalog, type PluginCatalog } from './pdk/catalog.ts';
export { GatewayError } from './pdk/errors.ts';
export type { Exchange, ExchangeRequest, ExchangeResponse, UpstreamRequest } from './pdk/exchange.ts';
export type { Logger, LogMethod } from './pdk/log.ts';
export type { Phase } from './pdk/phases.ts';
export type {
  PluginDefinition,
  PluginDescription,
  PluginFinding,
  PluginHandler,
  PluginHost,
  PluginInstance,
} from './pdk/plugin.ts';
export { pluginCatalog } from './plugins/registry.ts';
export {
  ConfigManager,
  type ConfigManagerOptions,
} from './runtime/config-manager.ts';
export type { ConfigStatus, ReloadOutcome } from './runtime/config-status.ts';
export { Gateway, type GatewayOptions } from './runtime/gateway.ts';
export { type BoundAddress, type ListenAddress, ListenError } from './runtime/listen/listen-address.ts';
export type { GatewaySettings } from './runtime/settings.ts';
