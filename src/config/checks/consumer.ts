import type { Draft } from '../draft.ts';
import type { Findings } from '../findings.ts';

/** What the schema cannot say about a consumer. */
export function checkConsumer(draft: Draft, findings: Findings): void {
  const fields = ['username', 'custom_id'];
  if (fields.some((field) => (draft.fields[field] ?? null) !== null)) return;
  const message = 'a consumer needs a "username" or a "custom_id"';
  findings.add('consumer/nameless', draft.document, draft.path, message);
}
