import type { ErrorObject } from 'ajv';
import { allKinds } from '../entities/kinds.ts';
import type { JsonPath } from '../lib/json.ts';
import type { ConfigDocument } from './document.ts';
import { type DraftSet, isMembership } from './draft.ts';
import type { Findings } from './findings.ts';
import { explainSchemaErrors } from './schema-errors.ts';
import { entityValidator, fileValidator } from './schema-files.ts';

/** Fields that `format.ts` checks with better words. */
const checkedElsewhere = new Set(['_format_version']);

/** Checks what stands at the top of each file: known keys, lists where lists belong. */
export function checkFiles(documents: readonly ConfigDocument[], findings: Findings): void {
  const validate = fileValidator();
  for (const document of documents) {
    if (!validate(document.value)) reportSchemaErrors(validate.errors ?? [], document, [], findings);
  }
}

/** Checks names, types and limits of each entity: everything but the configs of plugins. */
export function checkSchemas(drafts: DraftSet, findings: Findings): void {
  for (const kind of allKinds) {
    for (const draft of drafts[kind]) {
      // What a membership says is checked with the entity around it.
      if (isMembership(draft)) continue;
      const validate = entityValidator(kind);
      if (!validate(draft.given)) reportSchemaErrors(validate.errors ?? [], draft.document, draft.path, findings);
    }
  }
}

/** Reports what a validator found in the value at `at`. */
export function reportSchemaErrors(
  errors: readonly ErrorObject[],
  document: ConfigDocument,
  at: JsonPath,
  findings: Findings,
): void {
  const view = {
    mayShow: (path: JsonPath) => !document.isFromEnv([...at, ...path]),
    written: (path: JsonPath) => document.written([...at, ...path]),
  };
  for (const { rule, path, part, message, hint } of explainSchemaErrors(errors, view)) {
    if (at.length === 0 && checkedElsewhere.has(String(path[0]))) continue;
    findings.add(`schema/${rule}`, document, [...at, ...path], message, { at: part, hint });
  }
}
