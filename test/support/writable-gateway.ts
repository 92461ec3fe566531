import { createCatalog } from '../../src/pdk/catalog.ts';
import type { PluginDefinition } from '../../src/pdk/plugin.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import type { Inspection } from '../../src/config/load-config.ts';
import type { Source } from '../../src/config/source.ts';
import { ConfigManager } from '../../src/runtime/config-manager.ts';
import { EntityWriter, type EntityWriterOptions } from '../../src/runtime/entity-writer.ts';
import { FileTarget } from '../../src/runtime/file-target.ts';
import { Gateway } from '../../src/runtime/gateway.ts';
import { type CapturedLog, captureLog } from './gateway.ts';

/** A gateway that is changed through a writer. */
export interface WritableGateway {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
  readonly writer: EntityWriter;
  readonly log: CapturedLog;
  /** Of the proxy. */
  readonly url: string;
  close(): Promise<void>;
}

/** What a writable gateway is made of. */
export interface WritableOptions extends Partial<EntityWriterOptions> {
  readonly plugins?: readonly PluginDefinition[];
  /** Files whose config is loaded, and written to in mode `file`. */
  readonly files?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a gateway with the plugins of gw, or with these, on a free port, in memory mode and without a config. */
export async function startWritableGateway(options: WritableOptions = {}): Promise<WritableGateway> {
  const { files = [], env = {} } = options;
  const log = captureLog();
  const catalog = options.plugins === undefined ? pluginCatalog : createCatalog(options.plugins);
  const gateway = await Gateway.create({ catalog, log: log.log });
  const config = new ConfigManager(gateway, files, { log: log.log, env });
  const load = (sources: readonly Source[]): Inspection => config.inspect(sources);
  const target = new FileTarget({ files, catalog, env, load, log: log.log });
  const writer = new EntityWriter({ gateway, config, mode: 'memory', log: log.log, target, ...options });
  if (files.length > 0) await config.load();
  const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  return { gateway, config, writer, log, url, close: () => gateway.drain(0) };
}
