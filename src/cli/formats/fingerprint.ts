import { createHash } from 'node:crypto';
import type { Diagnostic } from '../../config/diagnostic.ts';

/**
 * What tells each finding from the others and stays the same when lines move: of code, file, entity and message. Equal
 * findings are told apart by their order. The answers are in the order of the findings, 32 hexadecimal digits each.
 */
export function fingerprints(diagnostics: readonly Diagnostic[]): readonly string[] {
  const seen = new Map<string, number>();
  return diagnostics.map(({ code, file, entity, message }) => {
    const identity = JSON.stringify([code, file, entity?.kind, entity?.name, message]);
    const nth = seen.get(identity) ?? 0;
    seen.set(identity, nth + 1);
    return createHash('sha256').update(`${identity}${nth}`).digest('hex').slice(0, 32);
  });
}
