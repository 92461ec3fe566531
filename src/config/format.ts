import { entityKinds } from '../entities/kinds.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import type { ConfigDocument } from './document.ts';
import type { Prepare } from './draft.ts';
import { listOf } from './draft.ts';
import type { Findings } from './findings.ts';
import { migratePath } from './path-form.ts';

const versions = ['1.1', '2.1', '3.0'];

/** Checks what stands at the top of the files beside the entities. Types are the schema's business. */
export function checkFormat(documents: readonly ConfigDocument[], findings: Findings): void {
  const hasVersion = documents.some(({ value }) => topLevel(value)._format_version !== undefined);
  const workspaces = new Set<string>();
  for (const [index, document] of documents.entries()) {
    const top = topLevel(document.value);
    const version = top._format_version;
    if (version === undefined && !hasVersion && index === 0) {
      const hint = 'add as the first line: _format_version: "3.0"';
      findings.add('format/version-missing', document, [], '"_format_version" is missing', { at: 'key', hint });
    }
    if (version !== undefined) checkVersion(version, document, findings);
    const workspace = top._workspace;
    if (typeof workspace === 'string' && workspaces.add(workspace).size === 2) {
      const message = `"_workspace" differs between files: ${[...workspaces].map((name) => `"${name}"`).join(' and ')}`;
      findings.add('format/workspace', document, ['_workspace'], message);
    }
  }
}

function checkVersion(version: JsonValue, document: ConfigDocument, findings: Findings): void {
  const path = ['_format_version'];
  if (typeof version === 'number') {
    const text = Number.isInteger(version) ? version.toFixed(1) : String(version);
    const message = `"_format_version" must be a text, not the number ${version}`;
    findings.add('format/version', document, path, message, { hint: `quote it: "${text}"` });
    return;
  }
  if (typeof version === 'string' && versions.includes(version)) return;
  const given = typeof version === 'string' ? `"${version}"` : 'this';
  const message = `${given} is not a format version that Kong or gw knows: ${versions.map((known) => `"${known}"`).join(', ')}`;
  findings.add('format/version', document, path, message, { hint: 'write "3.0"' });
}

/**
 * Makes the function that gives each entity what its file says for all of them: `_info.defaults`, `_info.select_tags`,
 * and paths of formats before 3.0 in today's form. A file without a version has that of the first one that has it.
 */
export function createPrepare(documents: readonly ConfigDocument[]): Prepare {
  const common = documents.map(({ value }) => topLevel(value)._format_version).find((value) => value !== undefined);
  return (kind, given, document) => {
    const top = topLevel(document.value);
    const info = topLevel(top._info ?? null);
    const version = top._format_version ?? common;
    let fields = withDefaults(given, topLevel(info.defaults ?? null)[entityKinds[kind].singular]);
    fields = withTags(fields, listOf(info.select_tags));
    return kind === 'routes' && (version === '1.1' || version === '2.1') ? withMigratedPaths(fields) : fields;
  };
}

/** Values of the file win; nested maps are merged key by key. */
function withDefaults(given: JsonObject, defaults: JsonValue | undefined): JsonObject {
  return isJsonObject(defaults) ? mergeOver(defaults, given) : given;
}

/** `over` on top of `base`, maps key by key. Returns a new object; neither is changed. */
export function mergeOver(base: JsonObject, over: JsonObject): JsonObject {
  // Without a prototype, so that a key `__proto__` is a key like any other.
  const merged = Object.assign(Object.create(null), base) as Record<string, JsonValue>;
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isJsonObject(value) && isJsonObject(below) ? mergeOver(below, value) : value;
  }
  return merged;
}

function withTags(fields: JsonObject, selectTags: readonly JsonValue[]): JsonObject {
  if (selectTags.length === 0) return fields;
  return { ...fields, tags: [...new Set([...listOf(fields.tags), ...selectTags])] };
}

function withMigratedPaths(fields: JsonObject): JsonObject {
  const { paths } = fields;
  if (!Array.isArray(paths)) return fields;
  const list = paths as readonly JsonValue[];
  return { ...fields, paths: list.map((path) => (typeof path === 'string' ? migratePath(path) : path)) };
}

/** Kinds for which `_info.default_lookup_tags` says that they may live outside the files. */
export function lookupKinds(documents: readonly ConfigDocument[]): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const { value } of documents) {
    const info = topLevel(topLevel(value)._info ?? null);
    for (const [kind, tags] of Object.entries(topLevel(info.default_lookup_tags ?? null))) {
      if (listOf(tags).length > 0) kinds.add(kind);
    }
  }
  return kinds;
}

/** The value as a map, an empty one if it is none. */
export function topLevel(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}
