import type { JsonValue } from '../../lib/json.ts';
import { type PluginRule, type RecordView, runRules } from './rule.ts';

/** A condition on one setting. */
export interface Condition {
  readonly field: string;
  readonly is: readonly JsonValue[];
}

/** The condition that a setting has one of these values. */
export function when(field: string, ...is: readonly JsonValue[]): Condition {
  return { field, is };
}

function holds(config: RecordView, { field, is }: Condition): boolean {
  return is.includes(config.get(field));
}

function told({ field, is }: Condition): string {
  return `"${field}" is ${is.map((value) => JSON.stringify(value)).join(' or ')}`;
}

function list(fields: readonly string[], word: 'or' | 'and'): string {
  const quoted = fields.map((field) => `"${field}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${word} ${quoted.at(-1) ?? ''}`;
}

/** Some of these settings must be there. */
export function atLeastOne(...fields: readonly string[]): PluginRule {
  return {
    fields,
    check(config, report) {
      if (fields.some((field) => config.has(field))) return;
      report({ rule: 'required', path: config.path, message: `${list(fields, 'or')} must be set`, atKey: true });
    },
  };
}

/** Not two of these settings may be there. */
export function atMostOne(...fields: readonly string[]): PluginRule {
  return {
    fields,
    check(config, report) {
      const [first, second] = fields.filter((field) => config.has(field));
      if (first === undefined || second === undefined) return;
      const message = `"${first}" and "${second}" exclude each other`;
      report({ rule: 'combination', path: config.pathOf(second), message, hint: 'keep one of them', atKey: true });
    },
  };
}

/** One of these flags must be on. */
export function oneOn(...fields: readonly string[]): PluginRule {
  return {
    fields,
    check(config, report) {
      if (fields.some((field) => config.get(field) === true)) return;
      report({ rule: 'required', path: config.path, message: `${list(fields, 'or')} must be true`, atKey: true });
    },
  };
}

/** Settings that make sense together only. */
export function allOrNone(...fields: readonly string[]): PluginRule {
  return {
    fields,
    check(config, report) {
      const given = fields.find((field) => config.has(field));
      const missing = fields.filter((field) => !config.has(field));
      if (given === undefined || missing.length === 0) return;
      const message = `"${given}" needs ${list(missing, 'and')}`;
      report({ rule: 'required', path: config.pathOf(given), message, atKey: true });
    },
  };
}

/** A setting that needs another. */
export function needs(field: string, other: string): PluginRule {
  return {
    fields: [field, other],
    check(config, report) {
      if (!config.has(field) || config.has(other)) return;
      const message = `"${field}" needs "${other}"`;
      report({ rule: 'required', path: config.pathOf(field), message, atKey: true });
    },
  };
}

/** A setting that rules out others. */
export function excludes(field: string, ...others: readonly string[]): PluginRule {
  return {
    fields: [field, ...others],
    check(config, report) {
      const other = others.find((name) => config.has(name));
      if (other === undefined || !config.has(field) || config.get(field) === false) return;
      const message = `"${other}" cannot be used with "${field}"`;
      report({ rule: 'combination', path: config.pathOf(other), message, hint: 'keep one of them', atKey: true });
    },
  };
}

/** Settings, one of which at least must be there under a condition. */
export function requiredWhen(condition: Condition, ...fields: readonly string[]): PluginRule {
  return {
    fields: [condition.field, ...fields],
    check(config, report) {
      const [first = ''] = fields;
      if (!holds(config, condition) || fields.some((field) => config.has(field))) return;
      const message = `${list(fields, 'or')} is missing: it is required when ${told(condition)}`;
      report({ rule: 'required', path: config.pathOf(first), message, atKey: true });
    },
  };
}

/** A setting that may have only these values under a condition. */
export function limitedWhen(condition: Condition, field: string, ...allowed: readonly JsonValue[]): PluginRule {
  return {
    fields: [condition.field, field],
    check(config, report) {
      if (!holds(config, condition) || allowed.includes(config.get(field))) return;
      const values = allowed.filter((value) => value !== null).map((value) => JSON.stringify(value));
      const message = `"${field}" must be ${values.join(' or ')} when ${told(condition)}`;
      report({ rule: 'combination', path: config.pathOf(field), message });
    },
  };
}

/** A value that is among those of the schema and cannot work without a database. */
export function needsDatabase(field: string, value: string, hint: string): PluginRule {
  return {
    fields: [field],
    check(config, report) {
      if (config.get(field) !== value) return;
      const message = `"${field}" cannot be "${value}": a declarative config runs without a database`;
      report({ rule: 'value', path: config.pathOf(field), message, hint });
    },
  };
}

/** Numbers that may not get smaller from one to the next. */
export function increasing(...fields: readonly string[]): PluginRule {
  return {
    fields,
    check(config, report) {
      let highest: { readonly field: string; readonly value: number } | null = null;
      for (const field of fields) {
        const value = config.get(field);
        if (typeof value !== 'number') continue;
        if (highest !== null && value < highest.value) {
          const message = `the limit per ${field} (${value}) is lower than that per ${highest.field} (${highest.value})`;
          report({ rule: 'combination', path: config.pathOf(field), message });
          return;
        }
        highest = { field, value };
      }
    },
  };
}

/** Lists that hold one value for each of the other's. */
export function sameLength(first: string, second: string): PluginRule {
  return {
    fields: [first, second],
    check(config, report) {
      const [a, b] = [config.get(first), config.get(second)];
      if (!Array.isArray(a) || !Array.isArray(b) || a.length === b.length) return;
      const message = `"${first}" and "${second}" must have as many entries as each other, not ${a.length} and ${b.length}`;
      report({ rule: 'combination', path: config.pathOf(second), message });
    },
  };
}

/** Rules for each record of a list, or each value of a map. */
export function each(field: string, ...rules: readonly PluginRule[]): PluginRule {
  return {
    fields: [],
    check(config, report) {
      for (const entry of config.entries(field)) runRules(rules, entry, report);
    },
  };
}

/** Rules for a record, when it is there. */
export function within(field: string, ...rules: readonly PluginRule[]): PluginRule {
  return {
    fields: [],
    check(config, report) {
      const record = config.record(field);
      if (record !== null) runRules(rules, record, report);
    },
  };
}
