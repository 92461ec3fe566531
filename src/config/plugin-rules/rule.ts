import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';

/** A mistake in how settings go together. */
export interface RuleFinding {
  readonly rule: 'required' | 'value' | 'combination';
  /** From the config. */
  readonly path: JsonPath;
  readonly message: string;
  readonly hint?: string;
  /** Point at the key, not the value. */
  readonly atKey?: boolean;
}

/** One rule about the settings of a plugin, or of a record inside its config. */
export interface PluginRule {
  /** Dotted names of what it looks at. A rule is left out when one of these has a mistake of its own. */
  readonly fields: readonly string[];
  check(config: RecordView, report: (finding: RuleFinding) => void): void;
}

/** Holds a record to rules. */
export function runRules(
  rules: readonly PluginRule[],
  config: RecordView,
  report: (finding: RuleFinding) => void,
): void {
  for (const rule of rules) {
    if (!rule.fields.some((field) => config.isDoubtful(field))) rule.check(config, report);
  }
}

/** Says of a path, and whether something is written there, if nothing should be concluded from it. */
export type Doubt = (path: JsonPath, isWritten: boolean) => boolean;

/** Reads a record with its defaults. */
export class RecordView {
  /** From the config. */
  readonly path: JsonPath;
  readonly #value: JsonObject;
  readonly #defaults: JsonObject;
  readonly #doubt: Doubt;

  constructor(value: JsonObject, defaults: JsonObject, doubt: Doubt, path: JsonPath = []) {
    this.#value = value;
    this.#defaults = defaults;
    this.#doubt = doubt;
    this.path = path;
  }

  /** The value at a dotted name, else its default, else `null`. */
  get(name: string): JsonValue {
    const given = valueIn(this.#value, name);
    return (given === undefined ? valueIn(this.#defaults, name) : given) ?? null;
  }

  /** Whether there is something: no null, no empty text, list or map. */
  has(name: string): boolean {
    const value = this.get(name);
    if (value === null || value === '') return false;
    return typeof value !== 'object' || Object.keys(value).length > 0;
  }

  /** Whether a setting has a mistake already, or may be what another key was meant to be. */
  isDoubtful(name: string): boolean {
    return this.#doubt(this.pathOf(name), valueIn(this.#value, name) !== undefined);
  }

  /** Path, from the config, of a dotted name. */
  pathOf(name: string): JsonPath {
    return [...this.path, ...name.split('.')];
  }

  /** The records in a list, or the values of a map. */
  entries(name: string): readonly RecordView[] {
    const list = this.get(name);
    const entries = Array.isArray(list)
      ? (list as readonly JsonValue[]).map((entry, index) => [index, entry] as const)
      : Object.entries(isJsonObject(list) ? list : {});
    return entries.flatMap(([step, entry]) =>
      isJsonObject(entry) ? [new RecordView(entry, {}, this.#doubt, [...this.pathOf(name), step])] : [],
    );
  }

  /** A record inside, `null` if there is none. */
  record(name: string): RecordView | null {
    const value = valueIn(this.#value, name);
    const preset = valueIn(this.#defaults, name);
    if (value === null || (value === undefined && !isJsonObject(preset))) return null;
    const [given, defaults] = [isJsonObject(value) ? value : {}, isJsonObject(preset) ? preset : {}];
    return new RecordView(given, defaults, this.#doubt, this.pathOf(name));
  }
}

/** `null` ends the way: what is inside a record that was set to null is null. */
function valueIn(record: JsonObject, name: string): JsonValue | undefined {
  let value: JsonValue | undefined = record;
  for (const step of name.split('.')) {
    if (value === null) return null;
    value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}
