import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../lib/json.ts';
import { allKinds, type EntityKind, entityKinds, isRunKind, runKinds } from '../entities/kinds.ts';
import type { ConfigDocument } from './document.ts';
import { type Draft, type DraftSet, isMembership, textsOf } from './draft.ts';
import { entityAt, type Findings } from './findings.ts';
import { entitySchema, fileSchema } from './schema-files.ts';

const otherProtocols = new Set(['udp']);

/** Warns of everything that is known and accepted but has no effect in gw yet: nothing is ignored in silence. */
export function reportNotRun(documents: readonly ConfigDocument[], drafts: DraftSet, findings: Findings): void {
  for (const document of documents) {
    reportKeys(document, findings);
    for (const { path, range } of document.vaultReferences) {
      findings.addAt('vault/not-run', document, path, range, vaultMessage);
    }
  }
  for (const kind of allKinds) {
    if (!isRunKind(kind)) for (const draft of drafts[kind]) reportEntity(draft, findings);
  }
  for (const kind of runKinds) {
    for (const draft of drafts[kind]) {
      reportFields(draft, findings);
      reportProtocols(draft, findings);
    }
  }
}

const vaultMessage = 'vault references are not resolved in gw yet: the text itself is used';

/** Keys at the top of the file that are no lists of entities. */
function reportKeys(document: ConfigDocument, findings: Findings): void {
  if (!isJsonObject(document.value)) return;
  for (const key of fileKeys()) {
    if (isBlank(document.value[key])) continue;
    findings.add('field/not-run', document, [key], `"${key}" has no effect: gw does not run it yet`, { at: 'key' });
  }
}

/** One warning for an entity and all that is inside it. */
function reportEntity(draft: Draft, findings: Findings): void {
  if (draft.parent !== null && !isRunKind(draft.parent.draft.kind)) return;
  const { label } = entityKinds[draft.kind];
  const name = entityAt(draft.document, draft.path)?.name ?? null;
  const isShown = name !== null && !isMembership(draft) && !entityKinds[draft.kind].hasSecretNames;
  const what = isShown ? `${label} "${name}"` : `this ${label}`;
  const message = `${what} has no effect: gw does not run ${draft.kind} yet`;
  findings.add('entity/not-run', draft.document, draft.path, message);
}

function reportFields(draft: Draft, findings: Findings): void {
  for (const field of entityKeys(draft.kind)) {
    if (isBlank(draft.given[field])) continue;
    const message = `"${field}" has no effect: gw does not run it yet`;
    findings.add('field/not-run', draft.document, [...draft.path, field], message, { at: 'key' });
  }
}

function reportProtocols(draft: Draft, findings: Findings): void {
  if (draft.kind === 'services') {
    const { protocol, url } = draft.fields;
    const scheme = typeof url === 'string' ? /^([a-z_]+):/i.exec(url)?.[1]?.toLowerCase() : protocol;
    if (typeof scheme === 'string')
      warnProtocol(draft, [typeof url === 'string' ? 'url' : 'protocol'], scheme, findings);
  }
  if (draft.kind !== 'routes') return;
  for (const [index, protocol] of textsOf(draft.fields.protocols)) {
    warnProtocol(draft, ['protocols', index], protocol, findings);
  }
}

function warnProtocol(draft: Draft, path: JsonPath, protocol: string, findings: Findings): void {
  if (!otherProtocols.has(protocol)) return;
  const message = `protocol ${protocol} has no effect: gw does not run it yet`;
  findings.add('field/not-run', draft.document, [...draft.path, ...path], message);
}

const cache = new Map<EntityKind | null, readonly string[]>();

/** Keys of an entity that the schema marks `x-not-run`; lists of entities have warnings of their own. */
function entityKeys(kind: EntityKind): readonly string[] {
  return notRunKeys(kind, () => entitySchema(kind), new Set(entityKinds[kind].children.map(({ key }) => key)));
}

function fileKeys(): readonly string[] {
  return notRunKeys(null, fileSchema, new Set(allKinds));
}

function notRunKeys(kind: EntityKind | null, schema: () => JsonSchema, lists: ReadonlySet<string>): readonly string[] {
  let keys = cache.get(kind);
  if (keys === undefined) {
    const properties = (schema().properties ?? {}) as JsonObject;
    const isMarked = (key: string): boolean => (properties[key] as JsonSchema)['x-not-run'] === true;
    keys = Object.keys(properties).filter((key) => isMarked(key) && !lists.has(key));
    cache.set(kind, keys);
  }
  return keys;
}

function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
