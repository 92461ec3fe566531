import t from 'tap';
import { isJsonObject, type JsonValue } from '../../src/lib/json.ts';
import { corpusEntries, corpusText, loadText } from '../support/corpus.ts';

/** Defaults that changed between the version that filled in the corpus and the one of our schemas. */
const changed: ReadonlySet<string> = new Set(['ssl_verify', 'hide_credentials', 'verify_ldap_host', 'wasm_metrics']);

/** Old names that Kong keeps beside the new ones. */
const old: ReadonlySet<string> = new Set(['batch_span_count', 'batch_flush_delay']);

/** What is compared: neither fields that changed, nor whether nothing is `null` or empty. */
function comparable(value: JsonValue): JsonValue {
  // The published data sorts words; their order means nothing to the plugins.
  if (Array.isArray(value)) return value.length === 0 ? null : [...(value as readonly JsonValue[])].sort();
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !changed.has(key) && !old.has(key));
  const fields = kept.map(([key, entry]) => [key, comparable(entry)] as const).filter(([, entry]) => entry !== null);
  return fields.length === 0 ? null : Object.fromEntries(fields);
}

const entries = corpusEntries();

if (entries === null) t.comment('SKIPPED: the corpus ../shared/corpus is not here');
else {
  t.test('configs of plugins are filled in as Kong fills them in', (t) => {
    let compared = 0;
    for (const { file, label, entities } of entries) {
      const theirs = label === 'valid' ? (entities?.plugins ?? []) : [];
      if (theirs.length === 0) continue;
      const ours = loadText(file, corpusText(file)).entities?.plugins ?? [];
      for (const { id, name, config } of theirs) {
        const mine = ours.find((plugin) => plugin.id === id || (id === undefined && plugin.name === name));
        t.match(comparable(mine?.config ?? {}), comparable(config as JsonValue) ?? null, `${file}: ${String(name)}`);
        compared++;
      }
    }
    t.ok(compared > 25, `${compared} configs compared`);
    t.end();
  });
}
