import type { Diagnostic } from '../../config/diagnostic.ts';
import { visible } from './visible-text.ts';

/** What a finding says, on one line: message and entity, nothing in it that a terminal would obey. */
export function findingText({ message, entity }: Diagnostic): string {
  if (entity === null) return visible(message);
  const name = entity.name === null ? '' : ` "${visible(entity.name)}"`;
  return `${visible(message)} (${entity.kind}${name})`;
}

/** The same with what to do about it. */
export function findingAdvice(finding: Diagnostic): string {
  return finding.hint === undefined ? findingText(finding) : `${findingText(finding)}; ${visible(finding.hint)}`;
}
