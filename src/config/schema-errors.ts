import type { ErrorObject } from 'ajv';
import { isJsonObject, type JsonPath, type JsonSchema } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import type { Part } from './document.ts';
import { textFormats } from './plugin-formats.ts';
import { isSecretName } from './secrets.ts';

/** What a schema finds wrong with a value, in our words. */
export interface SchemaFinding {
  readonly rule: 'unknown-key' | 'required' | 'type' | 'value';
  /** From the root of what was checked; for a missing key that of the key. */
  readonly path: JsonPath;
  readonly part: Part;
  readonly message: string;
  readonly hint: string | null;
  /** For an unknown key: the path, as JSON, of the key that was probably meant. */
  readonly meant?: string;
  /** For an unknown key: nothing is known about what was meant. */
  readonly isStray?: boolean;
}

/** What may be said about the values that were checked. */
export interface ValueView {
  /** Whether the value may be repeated in a message. */
  mayShow(path: JsonPath): boolean;
  /** A scalar as written, quotes included. */
  written(path: JsonPath): string | null;
}

/** Keywords that only repeat what another error says. */
const echoes = new Set(['anyOf', 'oneOf', 'allOf', 'if', 'not', 'const']);

/** Longer lists of known keys say less than they cost. */
const MAX_LISTED_KEYS = 14;

/**
 * Translates what ajv reports (run with `verbose`). `root` is what the checked value itself is called.
 */
export function explainSchemaErrors(
  errors: readonly ErrorObject[],
  view: ValueView,
  root: string | null = null,
): readonly SchemaFinding[] {
  const findings = errors.filter(({ keyword }) => !echoes.has(keyword)).map((error) => explain(error, view, root));
  // A key that is misspelt is missing as well; saying so twice helps nobody.
  const mistyped = new Set(findings.filter(({ rule }) => rule === 'type').map(({ path }) => JSON.stringify(path)));
  const joined = joinStrayKeys(findings);
  const meant = new Set(joined.map((finding) => finding.meant ?? null));
  return joined.filter(({ rule, path }) => {
    if (rule === 'required') return !meant.has(JSON.stringify(path));
    return rule !== 'value' || !mistyped.has(JSON.stringify(path));
  });
}

/** Where one key is unknown and one is missing, the first is the second under another name. */
function joinStrayKeys(findings: readonly SchemaFinding[]): readonly SchemaFinding[] {
  const missing = findings.filter(({ rule }) => rule === 'required');
  if (missing.length === 0) return findings;
  const strays = findings.filter(({ isStray }) => isStray === true);
  const beside = (list: readonly SchemaFinding[], { path }: SchemaFinding): readonly SchemaFinding[] =>
    list.filter((other) => JSON.stringify(other.path.slice(0, -1)) === JSON.stringify(path.slice(0, -1)));
  return findings.map((finding) => {
    if (finding.isStray !== true || beside(strays, finding).length > 1) return finding;
    const [lost, ...others] = beside(missing, finding);
    const name = String(lost?.path.at(-1));
    // The file's own keys have checks of their own.
    if (lost === undefined || others.length > 0 || name.startsWith('_')) return finding;
    return { ...finding, hint: `"${name}" is missing: is it meant?`, meant: JSON.stringify(lost.path) };
  });
}

function explain(error: ErrorObject, view: ValueView, root: string | null): SchemaFinding {
  const path = parsePointer(error.instancePath);
  const schema = (error.parentSchema ?? {}) as JsonSchema;
  const params = error.params as Readonly<Record<string, unknown>>;
  const label = `"${labelOf(path)}"`;
  const shown = !path.some((step) => isSecretName(String(step))) && view.mayShow(path);
  const not = shown ? `, not ${describe(error.data)}` : '';
  const value = (message: string, hint: string | null = null): SchemaFinding => ({
    rule: 'value',
    path,
    part: 'value',
    message,
    hint,
  });
  switch (error.keyword) {
    case 'additionalProperties':
      return explainUnknownKey(path, String(params.additionalProperty), error, root);
    case 'required':
      return explainMissing(path, String(params.missingProperty));
    case 'type':
      return explainType(path, label, error.data, schema, shown ? (view.written(path) ?? '') : null);
    case 'enum':
      return explainEnum(path, label, error.data, schema, not);
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return value(`${label} must be ${rangeOf(schema)}${not}`);
    case 'minLength':
      return value(schema.minLength === 1 ? `${label} must not be empty` : `${label} is too short`);
    case 'maxLength':
      return value(`${label} must have at most ${Number(schema.maxLength)} characters`);
    case 'minItems':
    case 'minProperties':
      return value(`${label} must not be empty`);
    case 'maxItems':
      return value(schema.maxItems === 0 ? `${label} must be a map, not a list` : `${label} has too many entries`);
    case 'pattern':
      return value(`${label} must be ${textOf(schema['x-expected']) ?? 'of another form'}${not}`);
    case 'format':
      return value(`${label} must be ${explainFormat(schema, error.data, not, shown)}`);
    default:
      return value(`${label} ${error.message ?? 'is not valid'}`);
  }
}

/** What a text must be and, if it may be shown, what is wrong with it. */
function explainFormat({ format }: JsonSchema, data: unknown, not: string, shown: boolean): string {
  const known = textFormats[textOf(format) ?? ''];
  const reason = shown ? (known?.whyNot(String(data)) ?? '') : '';
  return `${known?.expected ?? 'of another form'}${not}${reason === '' ? '' : ` (${reason})`}`;
}

function explainUnknownKey(parent: JsonPath, key: string, error: ErrorObject, root: string | null): SchemaFinding {
  const schema = (error.parentSchema ?? {}) as JsonSchema;
  const given = isJsonObject(error.data) ? error.data : {};
  const known = Object.keys(isJsonObject(schema.properties) ? schema.properties : {});
  const removed = isJsonObject(schema['x-removed']) ? textOf(schema['x-removed'][key]) : null;
  const near = removed === null ? nearest(key, known) : null;
  // What is there already is near, but was not meant by a second key.
  const meant = near !== null && Object.hasOwn(given, near) ? null : near;
  const last = parent.length === 0 ? root : parent.at(-1);
  const inside = typeof last === 'string' ? ` in "${last}"` : '';
  return {
    rule: 'unknown-key',
    path: [...parent, key],
    part: 'key',
    message: `unknown key "${key}"${inside}`,
    hint: near !== null ? `did you mean "${near}"?` : (removed ?? removedKeys.get(key) ?? listKeys(known)),
    ...(meant === null ? { isStray: removed === null } : { meant: JSON.stringify([...parent, meant]) }),
  };
}

/** Keys that older versions of Kong knew, with what to do. */
const removedKeys: ReadonlyMap<string, string> = new Map([['run_on', '"run_on" was removed from Kong: delete it']]);

function listKeys(known: readonly string[]): string | null {
  return known.length > 0 && known.length <= MAX_LISTED_KEYS ? `known keys: ${known.join(', ')}` : null;
}

function explainMissing(parent: JsonPath, key: string): SchemaFinding {
  return { rule: 'required', path: [...parent, key], part: 'key', message: `"${key}" is missing`, hint: null };
}

function explainType(
  path: JsonPath,
  label: string,
  data: unknown,
  schema: JsonSchema,
  written: string | null,
): SchemaFinding {
  const types = [schema.type].flat().filter((type): type is string => typeof type === 'string' && type !== 'null');
  const expected = textOf(schema['x-expected-type']) ?? types.map((type) => typeNames[type] ?? type).join(' or ');
  const actual =
    written !== null || data === null || typeof data === 'object'
      ? describe(data)
      : (typeNames[typeof data] ?? 'a value');
  const message = data === null ? `${label} must not be null` : `${label} must be ${expected}, not ${actual}`;
  return {
    rule: 'type',
    path,
    part: 'value',
    message,
    hint:
      data === null && typeof path.at(-1) === 'number'
        ? 'remove the entry'
        : typeHint(types, data, written, schema.default !== undefined),
  };
}

function typeHint(types: readonly string[], data: unknown, written: string | null, hasDefault: boolean): string | null {
  if (data === null) return hasDefault || types.includes('object') ? 'leave the key out to get its default' : null;
  const isWord = typeof data === 'number' || typeof data === 'boolean';
  if (types.includes('string') && isWord) return written === null ? 'quote it' : `quote it: "${written}"`;
  if (types.includes('array') && !types.includes('object') && typeof data === 'string')
    return written === null ? 'make it a list' : `make it a list: [${written}]`;
  const wantsNumber = types.includes('integer') || types.includes('number');
  if (!types.includes('string') && typeof data === 'string' && data.startsWith('{vault://')) {
    return 'a vault reference stands for a text only: write the value itself';
  }
  if (wantsNumber && typeof data === 'string' && /^-?\d+$/.test(data)) return 'remove the quotes';
  return null;
}

function explainEnum(path: JsonPath, label: string, data: unknown, schema: JsonSchema, not: string): SchemaFinding {
  const allowed = (Array.isArray(schema.enum) ? schema.enum : []) as readonly unknown[];
  const words = allowed.filter((word) => word !== null).map(String);
  const meant = typeof data === 'string' ? nearest(data, words) : null;
  const oneOf = words.length === 1 ? `"${words[0] ?? ''}"` : `one of ${words.join(', ')}`;
  const hint = meant === null ? null : `did you mean "${meant}"?`;
  return { rule: 'value', path, part: 'value', message: `${label} must be ${oneOf}${not}`, hint };
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  if (typeof exclusiveMinimum === 'number') return `greater than ${exclusiveMinimum}`;
  if (typeof minimum === 'number' && typeof maximum === 'number') return `between ${minimum} and ${maximum}`;
  if (typeof minimum === 'number') return `at least ${minimum}`;
  return typeof maximum === 'number' ? `at most ${maximum}` : 'in range';
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};

/** A value in a few words: `the text "80"`, `the number 80`, `a list`. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text "${value.length > 60 ? `${value.slice(0, 57)}…` : value}"`;
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'boolean' ? `the boolean ${value}` : 'a map';
}

/** Name of a field for people: `port`, `paths[0]`. */
function labelOf(path: JsonPath): string {
  const at = path.findLastIndex((step) => typeof step === 'string');
  const indexes = path.slice(at + 1).map((step) => `[${step}]`);
  return at < 0 ? `entry ${indexes.join('')}` : `${String(path[at])}${indexes.join('')}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Ajv escapes `~` and `/` in pointers. A step of digits is a list position: no key of ours is a number. */
function parsePointer(pointer: string): JsonPath {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')));
}
