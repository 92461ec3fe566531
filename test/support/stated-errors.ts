import type { ConfigDocument } from '../../src/config/document.ts';
import { isJsonObject, type JsonPath, type JsonValue } from '../../src/lib/json.ts';
import type { StatedError } from './corpus.ts';

/** What kind of mistake a finding is about, whatever the entity. */
export type Reason =
  | 'unknown-key'
  | 'required'
  | 'type'
  | 'value'
  | 'duplicate'
  | 'reference'
  | 'unknown-plugin'
  | 'text'
  | 'note';

/** What a finding must say and where it may stand. */
export interface Expectation {
  readonly reasons: ReadonlySet<Reason>;
  readonly lines: ReadonlySet<number>;
}

/** The kind of mistake that a code of ours stands for. */
export function reasonOf(code: string): Reason {
  if (/^(?:yaml|env)\//.test(code)) return 'text';
  if (code.endsWith('/not-run')) return 'note';
  if (code === 'plugin/unknown') return 'unknown-plugin';
  if (code.startsWith('reference/') && code !== 'reference/missing') return 'reference';
  if (code.endsWith('/unknown-key')) return 'unknown-key';
  if (code.includes('duplicate')) return 'duplicate';
  if (/\/(?:required|nameless|no-host|no-matcher|version-missing|missing|hash-name|no-public-key)$/.test(code))
    return 'required';
  return code.endsWith('/type') ? 'type' : 'value';
}

/** Kinds of mistakes by how Kong words them; the first pattern that fits counts. */
const wordings: readonly (readonly [RegExp, readonly Reason[]])[] = [
  [/^required field missing|^missing primary key/, ['required', 'type']],
  [/^unknown field/, ['unknown-key']],
  [/^expected an? (?:string|integer|number|array|set|record|boolean|map)/, ['type', 'value']],
  [/^invalid reference|^no such entry/, ['reference']],
  [/^uniqueness violation/, ['duplicate']],
  [/not enabled; add it/, ['unknown-plugin']],
  // A nested entity that names another parent, or one that is not there; or a field that another one rules out.
  [/^value must be null/, ['value', 'reference']],
  // Several fields together: Kong speaks of the entity where we name the field that is missing or too much.
  [
    /^failed conditional|must set|must be set|must be non-empty|must be true|can only be set|requires/,
    ['value', 'required', 'type'],
  ],
];

/** What must be found for a stated mistake, and on which lines of the text it may be shown. */
export function expectationOf(error: StatedError, document: ConfigDocument): Expectation {
  const reasons = wordings.find(([pattern]) => pattern.test(error.message))?.[1] ?? ['value'];
  return { reasons: new Set(reasons), lines: new Set(linesOf(error, document)) };
}

function linesOf(error: StatedError, document: ConfigDocument): readonly number[] {
  const reference = /^invalid reference '([^:]+): (.+?)' \(/.exec(error.message);
  const list = error.path.split('.')[0] ?? '';
  if (reference !== null) return referenceLines(document, list, reference[1] ?? '', reference[2] ?? '');
  const unique = /^uniqueness violation: '(\w+)' entity with (.+) set to '(.*)' already declared$/.exec(error.message);
  if (unique !== null) return duplicateLines(document, error.path, unique[1] ?? '', unique[2] ?? '', unique[3] ?? '');
  const at = error.path.indexOf('@entity');
  if (at >= 0) return groupLines(document, resolve(document.value, error.path.slice(0, at - 1)), error.message);
  const path = resolve(document.value, error.path);
  const places = [path];
  // What Kong takes out of "url" it reports under the part's own name.
  if (valueAt(document.value, path) === undefined) places.push([...path.slice(0, -1), 'url']);
  return places
    .filter((place, index) => index === 0 || valueAt(document.value, place) !== undefined)
    .flatMap((place) => bothLines(document, place));
}

function bothLines(document: ConfigDocument, path: JsonPath): readonly number[] {
  return (['key', 'value'] as const).map((part) => document.locate(path, part).range.start.line);
}

/** Where entities of a list name something by this field. */
function referenceLines(document: ConfigDocument, list: string, field: string, value: string): readonly number[] {
  const lines: number[] = [];
  for (const path of entityPaths(document.value, list)) {
    const given = valueAt(document.value, [...path, field]);
    const names = isJsonObject(given) ? [given.id, given.name] : [given];
    const steps = names.includes(value) ? [[field], [field, 'id'], [field, 'name']] : [];
    lines.push(...steps.flatMap((step) => bothLines(document, [...path, ...step])));
  }
  return lines;
}

/** Either entity of a pair: its name, its id, or where it begins. */
function duplicateLines(
  document: ConfigDocument,
  stated: string,
  list: string,
  field: string,
  value: string,
): readonly number[] {
  const exact = resolve(document.value, stated);
  const same = entityPaths(document.value, list).filter((path) => valueAt(document.value, [...path, field]) === value);
  const candidates = same.length > 0 ? same : [exact];
  return candidates.flatMap((path) =>
    [[], [field], ['name'], ['id'], ['group'], ['target']].flatMap((step) => bothLines(document, [...path, ...step])),
  );
}

/** The entity, the fields that the message names and those beside them. */
function groupLines(document: ConfigDocument, entity: JsonPath, message: string): readonly number[] {
  const named = [...message.matchAll(/'([a-z_.]+)'/g)].map(([, name = '']) => name.split('.'));
  const records = [entity, ...named.map((steps) => [...entity, ...steps.slice(0, -1)])];
  return records.flatMap((record) => {
    const value = valueAt(document.value, record);
    const keys = isJsonObject(value) ? Object.keys(value) : [];
    return [...bothLines(document, record), ...keys.flatMap((key) => bothLines(document, [...record, key]))];
  });
}

/** Every place where entities of a list stand, nested or not. */
function entityPaths(root: JsonValue, list: string, at: JsonPath = []): readonly JsonPath[] {
  if (Array.isArray(root)) {
    return (root as readonly JsonValue[]).flatMap((item, index) => entityPaths(item, list, [...at, index]));
  }
  if (!isJsonObject(root)) return [];
  return Object.entries(root).flatMap(([key, value]) => {
    const own =
      key === list && Array.isArray(value) ? value.map((_: unknown, index: number) => [...at, key, index]) : [];
    return [...own, ...entityPaths(value, list, [...at, key])];
  });
}

/** Turns dotted steps into a path of this value. Keys may hold dots, and names may stand where positions do. */
function resolve(root: JsonValue, dotted: string): JsonPath {
  const path: (string | number)[] = [];
  let value: JsonValue | undefined = root;
  let steps = dotted.split('.');
  while (steps.length > 0) {
    const [step = ''] = steps;
    if (Array.isArray(value)) {
      const index: number = /^\d+$/.test(step) ? Number(step) : findNamed(value as readonly JsonValue[], step);
      path.push(index);
      value = (value as readonly JsonValue[])[index];
      steps = steps.slice(1);
      continue;
    }
    const record: Readonly<Record<string, JsonValue>> = isJsonObject(value) ? value : {};
    const length = steps.findIndex((_, index) => Object.hasOwn(record, steps.slice(0, index + 1).join('.'))) + 1;
    const key = length === 0 ? step : steps.slice(0, length).join('.');
    path.push(key);
    value = Object.hasOwn(record, key) ? record[key] : undefined;
    steps = steps.slice(Math.max(1, length));
  }
  return path;
}

function findNamed(list: readonly JsonValue[], name: string): number {
  return list.findIndex((entry) => isJsonObject(entry) && [entry.name, entry.username, entry.id].includes(name));
}

function valueAt(root: JsonValue, path: JsonPath): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string | number, JsonValue>>)[step];
  }
  return value;
}
