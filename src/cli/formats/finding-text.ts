import type { Diagnostic } from '../../config/diagnostic.ts';
import { visible } from './visible-text.ts';

/**
 * What a finding says, on one line: message and, unless the message names it, the entity; nothing in it that a
 * terminal would obey.
 */
export function findingText({ message, entity }: Diagnostic): string {
  if (entity === null) return visible(message);
  const about = entity.name === null ? entity.kind : `${entity.kind} "${entity.name}"`;
  const isNamed = message.includes(about);
  return isNamed ? visible(message) : `${visible(message)} (${visible(about)})`;
}

/** The same with what to do about it. */
export function findingAdvice(finding: Diagnostic): string {
  return finding.hint === undefined ? findingText(finding) : `${findingText(finding)}; ${visible(finding.hint)}`;
}
