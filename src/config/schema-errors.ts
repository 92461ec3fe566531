import type { ErrorObject } from 'ajv';
import { isJsonObject, type JsonPath, type JsonSchema } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import type { Part } from './document.ts';
import { isSecretName } from './secrets.ts';

/** What a schema finds wrong with a value, in our words. */
export interface SchemaFinding {
  readonly rule: 'unknown-key' | 'required' | 'type' | 'value';
  /** From the root of what was checked; for a missing key that of the key. */
  readonly path: JsonPath;
  readonly part: Part;
  readonly message: string;
  readonly hint: string | null;
}

/** Keywords that only repeat what another error says. */
const echoes = new Set(['anyOf', 'oneOf', 'allOf', 'if', 'not', 'const']);

/** Longer lists of known keys say less than they cost. */
const MAX_LISTED_KEYS = 14;

/**
 * Translates what ajv reports (run with `verbose`). `mayShow` tells whether the value at a path may be repeated in a
 * message.
 */
export function explainSchemaErrors(
  errors: readonly ErrorObject[],
  mayShow: (path: JsonPath) => boolean,
): readonly SchemaFinding[] {
  return errors.filter(({ keyword }) => !echoes.has(keyword)).map((error) => explain(error, mayShow));
}

function explain(error: ErrorObject, mayShow: (path: JsonPath) => boolean): SchemaFinding {
  const path = parsePointer(error.instancePath);
  const schema = (error.parentSchema ?? {}) as JsonSchema;
  const params = error.params as Readonly<Record<string, unknown>>;
  const label = `"${labelOf(path)}"`;
  const shown = !isSecretName(String(path.findLast((step) => typeof step === 'string'))) && mayShow(path);
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
      return explainUnknownKey(path, String(params.additionalProperty), schema);
    case 'required':
      return explainMissing(path, String(params.missingProperty));
    case 'type':
      return explainType(path, label, error.data, schema, shown);
    case 'enum':
      return explainEnum(path, label, error.data, schema, not);
    case 'minimum':
    case 'maximum':
      return value(`${label} must be ${rangeOf(schema)}${not}`);
    case 'minLength':
      return value(schema.minLength === 1 ? `${label} must not be empty` : `${label} is too short`);
    case 'minItems':
    case 'minProperties':
      return value(`${label} must not be empty`);
    case 'maxItems':
      return value(schema.maxItems === 0 ? `${label} must be a map, not a list` : `${label} has too many entries`);
    case 'pattern':
      return value(`${label} must be ${textOf(schema['x-expected']) ?? 'of another form'}${not}`);
    default:
      return value(`${label} ${error.message ?? 'is not valid'}`);
  }
}

function explainUnknownKey(parent: JsonPath, key: string, schema: JsonSchema): SchemaFinding {
  const known = Object.keys(isJsonObject(schema.properties) ? schema.properties : {});
  const meant = nearest(key, known);
  const last = parent.at(-1);
  const inside = typeof last === 'string' ? ` in "${last}"` : '';
  return {
    rule: 'unknown-key',
    path: [...parent, key],
    part: 'key',
    message: `unknown key "${key}"${inside}`,
    hint: meant !== null ? `did you mean "${meant}"?` : (removedKeys[key] ?? listKeys(known)),
  };
}

/** Keys that older versions of Kong knew. */
const removedKeys: Readonly<Record<string, string>> = {
  run_on: '"run_on" was removed from Kong: delete it',
  key_auth_credentials: 'did you mean "keyauth_credentials"?',
  basic_auth_credentials: 'did you mean "basicauth_credentials"?',
};

function listKeys(known: readonly string[]): string | null {
  return known.length > 0 && known.length <= MAX_LISTED_KEYS ? `known keys: ${known.join(', ')}` : null;
}

function explainMissing(parent: JsonPath, key: string): SchemaFinding {
  return { rule: 'required', path: [...parent, key], part: 'key', message: `"${key}" is missing`, hint: null };
}

function explainType(path: JsonPath, label: string, data: unknown, schema: JsonSchema, shown: boolean): SchemaFinding {
  const types = [schema.type].flat().filter((type): type is string => typeof type === 'string' && type !== 'null');
  const expected = textOf(schema['x-expected-type']) ?? types.map((type) => typeNames[type] ?? type).join(' or ');
  const actual =
    shown || data === null || typeof data === 'object' ? describe(data) : (typeNames[typeof data] ?? 'a value');
  const message = data === null ? `${label} must not be null` : `${label} must be ${expected}, not ${actual}`;
  return { rule: 'type', path, part: 'value', message, hint: typeHint(types, data, shown) };
}

function typeHint(types: readonly string[], data: unknown, shown: boolean): string | null {
  if (data === null) return 'leave the key out to get its default';
  const isWord = typeof data === 'number' || typeof data === 'boolean';
  if (types.includes('string') && isWord) return shown ? `quote it: "${data}"` : 'quote it';
  if (types.includes('array') && typeof data === 'string')
    return shown ? `make it a list: [${data}]` : 'make it a list';
  const wantsNumber = types.includes('integer') || types.includes('number');
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

function rangeOf({ minimum, maximum }: JsonSchema): string {
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
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text "${value.length > 60 ? `${value.slice(0, 57)}…` : value}"`;
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'boolean' ? `the boolean ${value}` : 'a map';
}

/** Name of a field for people: `port`, `paths[0]`. */
export function labelOf(path: JsonPath): string {
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
