import type { WriteMode } from '../runtime/config-writer.ts';
import type { Settings } from './setting-table.ts';
import { UsageError } from './usage-error.ts';

/**
 * Whether the Admin API may change entities: as `admin_writes` says, else only where no config file is at stake.
 * @param files the config files that run
 * @throws {UsageError} when changes should go to a file and there is none that could take them
 */
export function decideWriteMode({ admin_writes: stated }: Settings, files: readonly string[]): WriteMode {
  if (stated === null) return files.length === 0 ? 'memory' : 'off';
  if (stated === 'file' && (files.length === 0 || files.includes('-'))) {
    throw new UsageError(
      `admin_writes is "file" and ${files.length === 0 ? 'there is no config file' : 'the config comes from stdin'}`,
      'name a file with -c (gw init makes one), or use --admin-writes=memory',
    );
  }
  return stated;
}
