import type { Diagnostic } from '../config/diagnostic.ts';
import type { EntityKind } from '../entities/kinds.ts';
import type { Logger } from '../pdk/log.ts';

/**
 * Logs what a file with an entity would be warned of. A client of the Admin API does not see it; that a plugin has no
 * effect is worth knowing all the same, once for each.
 */
export function warnOfEntity(log: Logger): (kind: EntityKind, warning: Diagnostic) => void {
  const said = new Set<string>();
  return (kind, { code, message }) => {
    const isNews = code === 'plugin/not-run' && !said.has(message);
    if (isNews) said.add(message);
    log[isNews ? 'warn' : 'debug']({ kind, code }, message);
  };
}
