import type { ConfigDocument } from '../../config/document.ts';
import { listOf } from '../../config/draft.ts';
import { topLevel } from '../../config/format.ts';
import { isSecretName } from '../../config/secrets.ts';
import type { OffsetRange, Source } from '../../config/source.ts';
import type { JsonPath } from '../../lib/json.ts';

/** Headers that carry credentials, beside names that say so themselves. */
const secretHeaders = /^(?:proxy-)?authorization$|^cookie$|^x-api-key$|^apikey$/i;

/** The text of a test file with what must not be shown: values of headers that carry credentials. */
export function maskTestFile(document: ConfigDocument): Source {
  /** By where they start: several tests may share one through an alias. */
  const secrets = new Map<number, OffsetRange>();
  for (const [index, test] of listOf(topLevel(document.value).tests).entries()) {
    const { headers = null } = topLevel(topLevel(test).request ?? null);
    for (const [name, values] of Object.entries(topLevel(headers))) {
      if (!secretHeaders.test(name) && !isSecretName(name)) continue;
      const path: JsonPath = ['tests', index, 'request', 'headers', name];
      const paths = Array.isArray(values) ? values.map((_value, at) => [...path, at]) : [path];
      for (const each of paths) {
        const { start, end } = document.locate(each, 'value').range;
        secrets.set(start.offset, { start: start.offset, end: end.offset });
      }
    }
  }
  return { ...document.source, secrets: [...secrets.values()].sort((a, b) => a.start - b.start) };
}
