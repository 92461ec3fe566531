import { linksOf } from '../config/partial-links.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import type { KongField, KongNamedField } from './kong-schema/kong-field.ts';

/** A config, and the schema of it. */
export interface Described {
  readonly config: JsonObject;
  readonly field: KongField | undefined;
}

/**
 * The config of a plugin without the parts that partials bring: as in Kong neither their values are shown nor `null`,
 * nor the fields of older versions that say the same. A partial that is one more entry of a list takes nothing away.
 */
export function withoutLentParts(plugin: JsonObject, described: Described): Described {
  const places = linksOf(plugin).flatMap(({ path }) => (path === null || path.endsWith('[]') ? [] : [stepsOf(path)]));
  return places.reduce<Described>(
    ({ config, field }, steps) => ({
      config: withoutValue(config, steps),
      field: field === undefined ? undefined : withoutField(field, steps),
    }),
    described,
  );
}

/** `config.redis` within the config. */
function stepsOf(path: string): readonly string[] {
  return path.split('.').slice(1);
}

function withoutValue(record: JsonObject, [step, ...rest]: readonly string[]): JsonObject {
  const value = step === undefined ? undefined : record[step];
  if (step === undefined || value === undefined) return record;
  if (rest.length > 0) return isJsonObject(value) ? { ...record, [step]: withoutValue(value, rest) } : record;
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== step));
}

function withoutField(record: KongField, steps: readonly string[]): KongField {
  const [step, ...rest] = steps;
  const { fields = [], shorthand_fields: old } = record;
  const kept = fields.flatMap((field) =>
    Object.entries(field).flatMap(([name, known]): readonly KongNamedField[] => {
      if (name !== step) return [field];
      return rest.length === 0 ? [] : [{ [name]: withoutField(known, rest) }];
    }),
  );
  return { ...record, fields: kept, ...(old === undefined ? {} : { shorthand_fields: old.filter(isKept) }) };

  function isKept(field: KongNamedField): boolean {
    return Object.values(field).every(({ deprecation }) => !startsWith(deprecation?.replaced_with?.[0]?.path, steps));
  }
}

function startsWith(path: readonly JsonValue[] = [], start: readonly string[]): boolean {
  return start.every((step, index) => path[index] === step);
}
