import type { Diagnostic } from '../config/diagnostic.ts';
import type { EntityKind } from '../entities/kinds.ts';
import type { Logger } from '../pdk/log.ts';

/**
 * Logs what a file with an entity would be warned of. A client of the Admin API does not see it; that a plugin, a kind
 * of entity or a field has no effect is worth knowing all the same, once for each.
 */
export function warnOfEntity(log: Logger): (kind: EntityKind, warning: Diagnostic) => void {
  const said = new Set<string>();
  return (kind, { code, message }) => {
    const subject = subjectOf(kind, code, message);
    const isNews = subject !== null && !said.has(subject);
    if (isNews) said.add(subject);
    log[isNews ? 'warn' : 'debug']({ kind, code }, message);
  };
}

/** What a warning is about, if it is one to be heard. */
function subjectOf(kind: EntityKind, code: string, message: string): string | null {
  if (code === 'entity/not-run') return kind;
  return code === 'plugin/not-run' || code === 'field/not-run' ? `${kind}: ${message}` : null;
}
