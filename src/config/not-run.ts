import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../lib/json.ts';
import type { ConfigDocument } from './document.ts';
import { type Draft, type DraftSet, listOf, textsOf } from './draft.ts';
import { describeEntity, type Findings } from './findings.ts';
import { schemaFiles, type SchemaName } from './schema-files.ts';

const otherProtocols = new Set(['grpc', 'grpcs', 'tcp', 'tls', 'tls_passthrough', 'udp', 'ws', 'wss']);

/** Warns of everything that is known and accepted but has no effect in gw yet: nothing is ignored in silence. */
export function reportNotRun(documents: readonly ConfigDocument[], drafts: DraftSet, findings: Findings): void {
  for (const document of documents) {
    reportEntities(document, findings);
    for (const { path, range } of document.vaultReferences) {
      findings.addAt('vault/not-run', document, path, range, vaultMessage);
    }
  }
  for (const list of ['services', 'routes', 'consumers', 'plugins'] as const) {
    for (const draft of drafts[list]) {
      reportFields(draft, findings);
      reportProtocols(draft, findings);
    }
  }
}

const vaultMessage = 'vault references are not resolved in gw yet: the text itself is used';

function reportEntities(document: ConfigDocument, findings: Findings): void {
  if (!isJsonObject(document.value)) return;
  for (const list of notRunKeys('kong')) {
    for (const [index] of listOf(document.value[list]).entries()) {
      const path = [list, index];
      const name = describeEntity(document.value, path)?.name ?? null;
      const what = name === null ? `this entry of "${list}"` : `"${name}" of "${list}"`;
      findings.add('entity/not-run', document, path, `${what} has no effect: gw does not run ${list} yet`);
    }
  }
}

function reportFields(draft: Draft, findings: Findings): void {
  for (const field of notRunKeys(draft.kind)) {
    if (isBlank(draft.given[field])) continue;
    const message = `"${field}" has no effect: gw does not run it yet`;
    findings.add('field/not-run', draft.document, [...draft.path, field], message, { at: 'key' });
  }
}

function reportProtocols(draft: Draft, findings: Findings): void {
  if (draft.kind === 'service') {
    const { protocol, url } = draft.fields;
    const scheme = typeof url === 'string' ? /^([a-z_]+):/i.exec(url)?.[1]?.toLowerCase() : protocol;
    if (typeof scheme === 'string')
      warnProtocol(draft, [typeof url === 'string' ? 'url' : 'protocol'], scheme, findings);
  }
  if (draft.kind !== 'route') return;
  for (const [index, protocol] of textsOf(draft.fields.protocols)) {
    warnProtocol(draft, ['protocols', index], protocol, findings);
  }
}

function warnProtocol(draft: Draft, path: JsonPath, protocol: string, findings: Findings): void {
  if (!otherProtocols.has(protocol)) return;
  const message = `protocol ${protocol} has no effect: gw runs only http and https yet`;
  findings.add('field/not-run', draft.document, [...draft.path, ...path], message);
}

const cache = new Map<SchemaName, readonly string[]>();

/** Keys that the schema marks `x-not-run`. */
function notRunKeys(name: SchemaName): readonly string[] {
  let keys = cache.get(name);
  if (keys === undefined) {
    const properties = schemaFiles()[name].properties as JsonObject;
    keys = Object.keys(properties).filter((key) => (properties[key] as JsonSchema)['x-not-run'] === true);
    cache.set(name, keys);
  }
  return keys;
}

function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
