import type { JsonPath } from '../lib/json.ts';
import type { Diagnostic } from './diagnostic.ts';

/**
 * Findings that something is missing from the map that their path, or the path without its last step, leads to. Keys
 * that a schema requires are not among them: `schema-errors.ts` pairs them with unknown keys by their types.
 */
const missing: ReadonlySet<string> = new Set([
  ...['format/version-missing', 'service/no-host', 'consumer/nameless'],
  ...['route/no-matcher', 'key/material', 'reference/missing', 'upstream/hash-name', 'credential/no-public-key'],
]);

/** Of these, those whose path is that of the map. */
const atMap: ReadonlySet<string> = new Set(['consumer/nameless', 'route/no-matcher', 'key/material']);

/** Findings that one field does not go together with others, and the others. */
const conditions: ReadonlyMap<string, readonly string[]> = new Map([
  ['service/field', ['protocol', 'url']],
  ['route/field', ['protocols', 'expression']],
  ['route/protocols', ['protocols']],
  ['route/no-matcher', ['protocols', 'expression']],
  ['expression/unknown-field', ['protocols']],
  ['upstream/hash', ['algorithm', 'hash_on', 'hash_fallback']],
  ['upstream/hash-name', ['algorithm', 'hash_on', 'hash_fallback']],
]);

/** What can only be said of a text when the version of the format is known. */
const byVersion: ReadonlySet<string> = new Set(['route/regex-like-path']);

/**
 * Takes out what only follows from other errors, so that one mistake is one finding: a key that is misspelt is not
 * also missing, and a condition on a value that is wrong itself says nothing.
 */
export function withoutConsequences(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0 || findings.length === 1) return findings;
  const index = new ErrorIndex(errors);
  return findings.filter((finding) => !isConsequence(finding, index));
}

function isConsequence(finding: Diagnostic, index: ErrorIndex): boolean {
  const { code, file, path, severity } = finding;
  if (byVersion.has(code) && index.isVersionUnsure) return true;
  if (severity !== 'error' && index.isBelowUnknownKey(file, path)) return true;
  if (!code.startsWith('schema/') && index.hasSchemaError(file, path)) return true;
  const map = atMap.has(code) ? path : path.slice(0, -1);
  if (missing.has(code) && index.hasUnknownKey(file, map)) return true;
  if (code === 'plugin/required' && index.isConfigUnsure(file, path)) return true;
  const fields = conditions.get(code);
  return (
    fields !== undefined &&
    (index.hasUnknownKey(file, map) || fields.some((field) => index.hasErrorIn(file, [...map, field])))
  );
}

/** Where errors are. */
class ErrorIndex {
  /** True when nobody can tell which version of the format a file has. */
  readonly isVersionUnsure: boolean;
  /** Maps that have a key which does not exist. */
  readonly #strangeMaps = new Set<string>();
  readonly #unknownKeys = new Set<string>();
  /** Values that have the wrong type or are not allowed. */
  readonly #wrongValues = new Set<string>();
  /** All of these, and everything around them. */
  readonly #around = new Set<string>();

  constructor(errors: readonly Diagnostic[]) {
    let isVersionUnsure = false;
    for (const { code, file, path } of errors) {
      const isUnknownKey = code === 'schema/unknown-key' || code === 'plugin/unknown-key';
      if (isUnknownKey) {
        this.#strangeMaps.add(keyOf(file, path.slice(0, -1)));
        this.#unknownKeys.add(keyOf(file, path));
      }
      if (code === 'schema/type' || code === 'schema/value') {
        this.#wrongValues.add(keyOf(file, path));
        for (let length = path.length; length > 0; length--) this.#around.add(keyOf(file, path.slice(0, length)));
      }
      if (code.startsWith('format/version') || (isUnknownKey && path.length === 1)) isVersionUnsure = true;
    }
    this.isVersionUnsure = isVersionUnsure;
  }

  hasUnknownKey(file: string, map: JsonPath): boolean {
    return this.#strangeMaps.has(keyOf(file, map));
  }

  hasSchemaError(file: string, path: JsonPath): boolean {
    return this.#wrongValues.has(keyOf(file, path));
  }

  /** Whether the value at a path, or one inside it, is wrong. */
  hasErrorIn(file: string, path: JsonPath): boolean {
    return this.#around.has(keyOf(file, path));
  }

  isBelowUnknownKey(file: string, path: JsonPath): boolean {
    if (this.#unknownKeys.size === 0) return false;
    return path.some((_step, index) => this.#unknownKeys.has(keyOf(file, path.slice(0, index + 1))));
  }

  /** Whether the plugin has something wrong where its config is, or where it says which config it shares. */
  isConfigUnsure(file: string, path: JsonPath): boolean {
    const at = path.indexOf('config');
    if (at < 0) return false;
    const plugin = path.slice(0, at);
    return (
      this.hasUnknownKey(file, plugin) ||
      ['config', '_config'].some((field) => this.hasSchemaError(file, [...plugin, field]))
    );
  }
}

function keyOf(file: string, path: JsonPath): string {
  return `${file} ${JSON.stringify(path)}`;
}
