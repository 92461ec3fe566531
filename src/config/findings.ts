import { allKinds, entityKinds } from '../entities/kinds.ts';
import type { JsonPath, JsonValue } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';
import { withoutConsequences } from './consequences.ts';
import type { Diagnostic, DiagnosticEntity, Range, RelatedLocation, Severity } from './diagnostic.ts';
import { diagnosticCodes } from './diagnostic-codes.ts';
import type { ConfigDocument, Part } from './document.ts';

/** What else can be said with a finding. */
export interface FindingOptions {
  /** Which part to point at; default the value. */
  readonly at?: Part;
  readonly hint?: string | null;
  readonly related?: readonly RelatedLocation[];
  /** For codes outside the table, which plugins bring along. */
  readonly severity?: Severity;
}

/** Collects what is found while a config is loaded. Nothing here stops the loading. */
export class Findings {
  readonly #documents: readonly ConfigDocument[];
  readonly #list: Diagnostic[] = [];

  constructor(documents: readonly ConfigDocument[]) {
    this.#documents = documents;
    for (const document of documents) this.#addTextFindings(document);
  }

  /** Reports something about the value at `path`. */
  add(code: string, document: ConfigDocument, path: JsonPath, message: string, options: FindingOptions = {}): void {
    const { range, related } = document.locate(path, options.at ?? 'value');
    this.addAt(code, document, path, range, message, { ...options, related: [...related, ...(options.related ?? [])] });
  }

  /** Reports something about a part of the text at `path`, between two offsets into its value. */
  addWithin(
    code: string,
    document: ConfigDocument,
    path: JsonPath,
    part: { readonly start: number; readonly end: number },
    message: string,
    options: FindingOptions = {},
  ): void {
    const { range, related } = document.locateWithin(path, part.start, part.end);
    this.addAt(code, document, path, range, message, { ...options, related: [...related, ...(options.related ?? [])] });
  }

  /** Reports something at a place that is known already. */
  addAt(
    code: string,
    document: ConfigDocument,
    path: JsonPath,
    range: Range,
    message: string,
    options: FindingOptions = {},
  ): void {
    const hide = hideEnvValue(document, path);
    const hint = options.hint ?? null;
    this.#list.push({
      code,
      severity: options.severity ?? severityOf(code),
      message: clip(hide(message), MAX_MESSAGE),
      file: document.source.name,
      range,
      path,
      entity: entityAt(document, path),
      ...(hint === null ? {} : { hint: clip(hide(hint), MAX_MESSAGE) }),
      ...withRelated(options.related ?? []),
    });
  }

  /** The errors found so far. */
  errors(): readonly Diagnostic[] {
    return this.#list.filter(isError);
  }

  /** What was found so far, in the order in which it was found. */
  all(): readonly Diagnostic[] {
    return this.#list;
  }

  /** Whether there is a list at a place of a file. */
  isList(file: string, path: JsonPath): boolean {
    const document = this.#documents.find(({ source }) => source.name === file);
    return Array.isArray(path.reduce<JsonValue | undefined>(childOf, document?.value));
  }

  get hasErrors(): boolean {
    return this.#list.some(({ severity }) => severity === 'error');
  }

  /** All findings, each once, in the order of the sources and of the text. */
  sorted(): readonly Diagnostic[] {
    const order = new Map(this.#documents.map(({ source }, index) => [source.name, index]));
    const seen = new Set<string>();
    const errorPlaces = new Set(this.#list.filter(isError).map(placeOf));
    const blocked = new Set(this.#list.filter(({ code }) => blocking.has(code)).map(pathOf));
    const kept = this.#list.filter((finding) => {
      if (secondary.has(finding.code) && errorPlaces.has(placeOf(finding))) return false;
      if (!blocking.has(finding.code) && blocked.has(pathOf(finding))) return false;
      const key = `${placeOf(finding)}\n${finding.code}\n${finding.message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    return [...withoutConsequences(kept)].sort(
      (a, b) =>
        (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) ||
        a.range.start.offset - b.range.start.offset ||
        rank(a.severity) - rank(b.severity),
    );
  }

  #addTextFindings(document: ConfigDocument): void {
    for (const { code, message, hint, range, path, related } of document.findings) {
      this.addAt(code, document, path, range, message, { hint: hint ?? null, related });
    }
  }
}

/** Keys of lists of entities, with what people call one of them. */
const labels: ReadonlyMap<string, string> = new Map(allKinds.map((kind) => [kind, entityKinds[kind].label]));

/** The innermost entity on `path`, by name, username or id as written. */
export function describeEntity(root: JsonValue, path: JsonPath): DiagnosticEntity | null {
  const at = entityPath(path);
  const kind = labels.get(String(at.at(-2)));
  if (kind === undefined) return null;
  return { kind, name: nameOf(at.reduce<JsonValue | undefined>(childOf, root)) };
}

/** The part of `path` that leads to the innermost entity; empty when there is none. */
function entityPath(path: JsonPath): JsonPath {
  const isEntity = (step: string | number, index: number): boolean =>
    typeof step === 'number' && labels.has(String(path[index - 1]));
  return path.slice(0, path.findLastIndex(isEntity) + 1);
}

function childOf(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (Array.isArray(value)) return (value as readonly JsonValue[])[Number(step)];
  return isJsonObject(value) ? value[step] : undefined;
}

const nameKeys = ['name', 'username', 'custom_id', 'target', 'id'];

function nameOf(entity: JsonValue | undefined): string | null {
  if (!isJsonObject(entity)) return null;
  const names = nameKeys.map((key) => entity[key]);
  const found = names.find((name): name is string => typeof name === 'string' && name !== '');
  return found === undefined ? null : clip(found, MAX_NAME);
}

/** Longer names and messages are cut in the middle: a value in them may have megabytes. */
const MAX_NAME = 120;
const MAX_MESSAGE = 1_000;

function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor((limit - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}

function severityOf(code: string): Severity {
  return diagnosticCodes[code]?.severity ?? 'error';
}

/** Warnings that say nothing new where there is an error. */
const secondary: ReadonlySet<string> = new Set(['yaml/ambiguous-scalar', 'field/not-run', 'entity/not-run']);

/** Findings after which nothing is known about a value, so that others about it are guesses. */
const blocking: ReadonlySet<string> = new Set([
  ...['env/unset', 'env/name', 'env/syntax'],
  ...['yaml/alias-unknown', 'yaml/alias-cycle', 'yaml/merge'],
]);

/** Replaces quoted parts of a text that come from the environment. */
function hideEnvValue(document: ConfigDocument, path: JsonPath): (text: string) => string {
  if (!document.isFromEnv(path)) return (text) => text;
  const value = path.reduce<JsonValue | undefined>(childOf, document.value);
  const known = typeof value === 'string' ? value : '';
  return (text) => text.replace(/"([^"]+)"/g, (quoted, inner: string) => (isPart(inner, known) ? '"•••"' : quoted));
}

/** A single character gives nothing away, and is often ours. */
function isPart(quoted: string, known: string): boolean {
  return quoted.length > 1 && known.length > 1 && (known.includes(quoted) || quoted.includes(known));
}

/** The innermost entity on `path`, without its name where that comes from the environment. */
export function entityAt(document: ConfigDocument, path: JsonPath): DiagnosticEntity | null {
  const at = entityPath(path);
  const entity = describeEntity(document.value, path);
  if (entity === null || !hasName(entity)) return entity;
  const isHidden = nameKeys.some((key) => document.isFromEnv([...at, key]));
  return isHidden ? { kind: entity.kind, name: null } : entity;
}

function hasName({ name }: DiagnosticEntity): boolean {
  return name !== null;
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

function placeOf({ file, range }: Diagnostic): string {
  return `${file}:${range.start.offset}`;
}

function pathOf({ file, path }: Diagnostic): string {
  return `${file} ${JSON.stringify(path)}`;
}

function rank(severity: Severity): number {
  return ['error', 'warning', 'info'].indexOf(severity);
}

function withRelated(related: readonly RelatedLocation[]): { readonly related?: readonly RelatedLocation[] } {
  return related.length === 0 ? {} : { related };
}
