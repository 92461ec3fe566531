import { AuditLog } from '../admin/audit-log.ts';
import type { Logger } from '../pdk/log.ts';
import type { ConfigManager } from '../runtime/config-manager.ts';
import type { WriteMode } from '../runtime/config-writer.ts';
import { EntityWriter } from '../runtime/entity-writer.ts';
import { FileTarget } from '../runtime/file-target.ts';
import type { Gateway } from '../runtime/gateway.ts';
import { whyNotWritable } from '../runtime/source-files.ts';
import { UsageError } from './usage-error.ts';

/** What a writer is made for. */
export interface WriterPlan {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
  readonly log: Logger;
  readonly mode: WriteMode;
  readonly files: readonly string[];
  /** Whether mode `file` may give way to `memory` where a file cannot be written. */
  readonly mayFallBack: boolean;
}

/** Makes the one who changes entities for the Admin API. @throws {UsageError} when a file cannot be written and must be */
export async function openWriter({
  gateway,
  config,
  log,
  mode,
  files,
  mayFallBack,
}: WriterPlan): Promise<EntityWriter> {
  const audit = new AuditLog(log);
  const options = { gateway, config, log, onAccepted: audit.wrote.bind(audit) };
  if (mode !== 'file') return new EntityWriter({ ...options, mode });
  for (const file of files) {
    const reason = await whyNotWritable(file);
    if (reason === null) continue;
    if (!mayFallBack) throw new UsageError(reason);
    log.warn({ file }, `${reason}: changes are kept in memory`);
    return new EntityWriter({ ...options, mode: 'memory' });
  }
  const target = new FileTarget({
    ...{ files, catalog: gateway.catalog, env: process.env, log },
    load: (sources) => config.inspect(sources),
  });
  return new EntityWriter({ ...options, mode, target });
}
