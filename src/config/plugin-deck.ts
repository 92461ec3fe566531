import type { ConfigDocument } from './document.ts';
import type { Draft } from './draft.ts';
import type { Findings } from './findings.ts';
import { topLevel } from './format.ts';
import type { GivenConfig } from './plugin-given.ts';

/** Warns of what Kong takes and decK does not: groups inside a rate limit, which groups with plugins have replaced. */
export function reportWhatDeckRefuses(
  draft: Draft,
  config: GivenConfig,
  documents: readonly ConfigDocument[],
  findings: Findings,
): void {
  if (draft.fields.name !== 'rate-limiting-advanced') return;
  const { consumer_groups: groups, enforce_consumer_groups: isEnforced } = config.value;
  const isUsed = isEnforced === true || (Array.isArray(groups) && groups.length > 0);
  const isAllowed = documents.some(
    ({ value }) => topLevel(topLevel(value)._info ?? null).consumer_group_policy_overrides === true,
  );
  if (!isUsed || isAllowed) return;
  const field = isEnforced === true ? 'enforce_consumer_groups' : 'consumer_groups';
  const place = config.placeOf([field]);
  const hint = 'attach a plugin to each group, or set "consumer_group_policy_overrides" in "_info"';
  findings.add('plugin/deck', place.document, place.path, `decK refuses "${field}"`, { at: 'key', hint });
}
