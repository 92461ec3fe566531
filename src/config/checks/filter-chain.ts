import { type Draft, parentOf } from '../draft.ts';
import type { Findings } from '../findings.ts';

/** A filter chain runs on one service or one route. */
export function checkFilterChain(draft: Draft, findings: Findings): void {
  const scopes = ['service', 'route'];
  const used = scopes.filter((field) => parentOf(draft, field) !== null || (draft.fields[field] ?? null) !== null);
  if (used.length === 1) return;
  const message =
    used.length === 0
      ? 'a filter chain needs a "service" or a "route" to run on'
      : 'a filter chain runs on a "service" or on a "route", not on both';
  findings.add('filter-chain/scope', draft.document, draft.path, message);
}
