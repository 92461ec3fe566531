import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { listOf, textOf, textsOf } from '../../config/draft.ts';
import { explainSchemaErrors } from '../../config/schema-errors.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonSchema, type JsonValue } from '../../lib/json.ts';
import { casingPattern, casings } from './casing.ts';

/** What a function finds wrong with a value. The message may hold `{{property}}` and `{{value}}`. */
export interface FunctionFinding {
  readonly message: string;
  /** Below the value that was looked at. */
  readonly path?: JsonPath;
}

/** Looks at one value; `undefined` is one that is not there. */
export type ValueCheck = (value: JsonValue | undefined) => readonly FunctionFinding[];

/** A function that rules can name, with the meaning it has in Spectral. */
export interface RulesetFunction {
  /** JSON Schema of its options; `null` when it takes none. */
  readonly options: JsonSchema | null;
  /** Whether the options may be left out. */
  readonly isOptional: boolean;
  /** @throws {Error} for options that no schema can refuse, such as a bad regular expression */
  compile(options: JsonObject): ValueCheck;
}

const passed: readonly FunctionFinding[] = [];

function failed(message: string): readonly FunctionFinding[] {
  return [{ message }];
}

/** A function without options that holds a value to one condition. */
function simple(test: (value: JsonValue | undefined) => boolean, message: string): RulesetFunction {
  return { options: null, isOptional: true, compile: () => (value) => (test(value) ? passed : failed(message)) };
}

function objectSchema(properties: JsonObject, required: readonly string[], more: JsonObject = {}): JsonSchema {
  return { type: 'object', additionalProperties: false, properties, required, ...more };
}

const names: JsonSchema = { type: 'array', items: { type: 'string' }, minItems: 2 };

/** All functions, by the names Spectral gives them. */
export const rulesetFunctions: Readonly<Record<string, RulesetFunction>> = {
  truthy: simple((value) => Boolean(value), '"{{property}}" must be set, and not be empty, zero or false'),
  falsy: simple((value) => !value, '"{{property}}" must not be set, or be empty, zero or false'),
  defined: simple((value) => value !== undefined, '"{{property}}" must be there'),
  undefined: simple((value) => value === undefined, '"{{property}}" must not be there'),
  pattern: {
    options: objectSchema({ match: { type: 'string' }, notMatch: { type: 'string' } }, [], { minProperties: 1 }),
    isOptional: false,
    compile: ({ match, notMatch }) => {
      const [required, refused] = [textOf(match), textOf(notMatch)];
      const wanted = required === null ? null : compileRegex(required);
      const unwanted = refused === null ? null : compileRegex(refused);
      return (value) => {
        if (typeof value !== 'string') return passed;
        if (wanted?.test(value) === false) return failed(`"{{value}}" must match the pattern "${required ?? ''}"`);
        if (unwanted?.test(value) === true) return failed(`"{{value}}" must not match the pattern "${refused ?? ''}"`);
        return passed;
      };
    },
  },
  enumeration: {
    options: objectSchema({ values: { type: 'array', items: { type: ['string', 'number', 'boolean', 'null'] } } }, [
      'values',
    ]),
    isOptional: false,
    compile: ({ values }) => {
      const allowed = new Set(listOf(values));
      const list = [...allowed].map((value) => JSON.stringify(value)).join(', ');
      return (value) => {
        if (value === undefined || (typeof value === 'object' && value !== null)) return passed;
        return allowed.has(value) ? passed : failed(`"{{value}}" must be one of ${list}`);
      };
    },
  },
  length: {
    options: objectSchema({ min: { type: 'number' }, max: { type: 'number' } }, [], { minProperties: 1 }),
    isOptional: false,
    compile:
      ({ min, max }) =>
      (value) => {
        const length = lengthOf(value);
        if (length === null) return passed;
        if (typeof min === 'number' && length < min) return failed(`"{{property}}" must not be shorter than ${min}`);
        if (typeof max === 'number' && length > max) return failed(`"{{property}}" must not be longer than ${max}`);
        return passed;
      },
  },
  casing: {
    options: objectSchema(
      {
        type: { enum: casings },
        disallowDigits: { type: 'boolean' },
        separator: objectSchema({ char: { type: 'string', maxLength: 1 }, allowLeading: { type: 'boolean' } }, [
          'char',
        ]),
      },
      ['type'],
    ),
    isOptional: false,
    compile: (options) => {
      const pattern = casingPattern(options);
      return (value) => {
        if (typeof value !== 'string' || value === '' || pattern.test(value)) return passed;
        return failed(`"{{value}}" must be written in ${textOf(options.type) ?? ''} case`);
      };
    },
  },
  schema: {
    options: objectSchema({ schema: { type: 'object' }, dialect: { type: 'string' }, allErrors: { type: 'boolean' } }, [
      'schema',
    ]),
    isOptional: false,
    compile: ({ schema, allErrors }) => compileSchema(isJsonObject(schema) ? schema : {}, allErrors === true),
  },
  alphabetical: {
    options: objectSchema({ keyedBy: { type: 'string' } }, []),
    isOptional: true,
    compile:
      ({ keyedBy }) =>
      (value) =>
        checkOrder(value, typeof keyedBy === 'string' ? keyedBy : null),
  },
  xor: {
    options: objectSchema({ properties: names }, ['properties']),
    isOptional: false,
    compile:
      ({ properties }) =>
      (value) => {
        const count = countKeys(value, properties);
        if (count === null || count === 1) return passed;
        return failed(`${count === 0 ? 'one' : 'only one'} of ${quoted(properties)} must be there`);
      },
  },
  or: {
    options: objectSchema({ properties: names }, ['properties']),
    isOptional: false,
    compile:
      ({ properties }) =>
      (value) =>
        countKeys(value, properties) === 0 ? failed(`at least one of ${quoted(properties)} must be there`) : passed,
  },
};

/** `/source/flags`, or the source alone. @throws {Error} when it is no regular expression */
function compileRegex(text: string): RegExp {
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
  // A sticky or global expression would remember where it stopped.
  return source === undefined ? new RegExp(text) : new RegExp(source, flags.replace(/[gy]/g, ''));
}

function compileSchema(schema: JsonSchema, allErrors: boolean): ValueCheck {
  // The dialect that it names may be unknown here; all keywords are understood in their newest form.
  const rest = Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
  const ajv = new Ajv2020({ allErrors, verbose: true, strict: false, validateFormats: false, logger: false });
  const validate = ajv.compile(rest);
  // What may be shown is decided by the rule, not here: values stay out of these messages.
  const view = { mayShow: () => false, written: () => null };
  return (value) => {
    if (value === undefined || validate(value)) return passed;
    const errors: readonly ErrorObject[] = validate.errors ?? [];
    const findings = explainSchemaErrors(errors, view, '{{property}}');
    if (findings.length > 0) return findings.map(({ message, path }) => ({ message, path }));
    return failed('"{{property}}" does not fit the schema');
  };
}

function lengthOf(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : null;
}

function checkOrder(value: JsonValue | undefined, keyedBy: string | null): readonly FunctionFinding[] {
  const entries: readonly JsonValue[] = Array.isArray(value)
    ? (value as readonly JsonValue[])
    : isJsonObject(value)
      ? Object.keys(value)
      : [];
  const keys = entries.map((entry) => (keyedBy === null ? entry : isJsonObject(entry) ? entry[keyedBy] : undefined));
  const at = keys.findIndex((key, index) => index > 0 && isAfter(keys[index - 1], key));
  if (at < 0) return passed;
  // As Spectral: at the first of the two that stand wrong, or at the whole when it goes by a member.
  const path = keyedBy !== null ? [] : Array.isArray(value) ? [at - 1] : [textOf(entries[at - 1]) ?? ''];
  return [{ message: '"{{property}}" is not in alphabetical order', path }];
}

function isAfter(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a > b;
  return typeof a === 'string' && typeof b === 'string' && a.localeCompare(b, 'en', { numeric: true }) > 0;
}

function countKeys(value: JsonValue | undefined, properties: JsonValue | undefined): number | null {
  return isJsonObject(value) ? textsOf(properties).filter(([, name]) => Object.hasOwn(value, name)).length : null;
}

function quoted(properties: JsonValue | undefined): string {
  return textsOf(properties)
    .map(([, name]) => `"${name}"`)
    .join(', ');
}
