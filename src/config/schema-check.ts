import type { JsonPath } from '../lib/json.ts';
import type { ConfigDocument } from './document.ts';
import type { Findings } from './findings.ts';
import { explainSchemaErrors } from './schema-errors.ts';
import { fileValidator } from './schema-files.ts';

/** Fields that `format.ts` checks with better words. */
const checkedElsewhere = new Set(['_format_version']);

/** Checks each file against `schemas/kong.schema.json`: names, types and limits of everything but plugin configs. */
export function checkSchema(documents: readonly ConfigDocument[], findings: Findings): void {
  for (const document of documents) {
    const validate = fileValidator();
    if (validate(document.value)) continue;
    const view = {
      mayShow: (path: JsonPath) => !document.isFromEnv(path),
      written: (path: JsonPath) => document.written(path),
    };
    for (const { rule, path, part, message, hint } of explainSchemaErrors(validate.errors ?? [], view)) {
      if (checkedElsewhere.has(String(path[0]))) continue;
      findings.add(`schema/${rule}`, document, path, message, { at: part, hint });
    }
  }
}
