import type { JsonPath, JsonValue } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';
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

  /** The same for a place that is known already. */
  addAt(
    code: string,
    document: ConfigDocument,
    path: JsonPath,
    range: Range,
    message: string,
    options: FindingOptions = {},
  ): void {
    const hint = options.hint ?? null;
    this.#list.push({
      code,
      severity: options.severity ?? severityOf(code),
      message,
      file: document.source.name,
      range,
      path,
      entity: describeEntity(document.value, path),
      ...(hint === null ? {} : { hint }),
      ...withRelated(options.related ?? []),
    });
  }

  get hasErrors(): boolean {
    return this.#list.some(({ severity }) => severity === 'error');
  }

  /** All findings, each once, in the order of the sources and of the text. */
  sorted(): readonly Diagnostic[] {
    const order = new Map(this.#documents.map(({ source }, index) => [source.name, index]));
    const seen = new Set<string>();
    const errorPlaces = new Set(this.#list.filter(isError).map(placeOf));
    const kept = this.#list.filter((finding) => {
      // A wrong type at the same place already says that the scalar was misread.
      if (finding.code === 'yaml/ambiguous-scalar' && errorPlaces.has(placeOf(finding))) return false;
      const key = `${placeOf(finding)}\n${finding.code}\n${finding.message}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    return kept.sort(
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

/** Plural keys of lists of entities, with the singular that people say. */
const entityKinds: Readonly<Record<string, string>> = {
  services: 'service',
  routes: 'route',
  consumers: 'consumer',
  plugins: 'plugin',
  upstreams: 'upstream',
  targets: 'target',
  certificates: 'certificate',
  ca_certificates: 'CA certificate',
  snis: 'SNI',
  vaults: 'vault',
  keys: 'key',
  key_sets: 'key set',
  consumer_groups: 'consumer group',
  partials: 'partial',
};

/** The innermost entity on `path`, by name, username or id as written. */
export function describeEntity(root: JsonValue, path: JsonPath): DiagnosticEntity | null {
  let value: JsonValue | undefined = root;
  let entity: DiagnosticEntity | null = null;
  for (const [index, step] of path.entries()) {
    value = childOf(value, step);
    const kind = typeof step === 'number' ? entityKinds[String(path[index - 1])] : undefined;
    if (kind !== undefined) entity = { kind, name: nameOf(value) };
  }
  return entity;
}

function childOf(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (Array.isArray(value)) return (value as readonly JsonValue[])[Number(step)];
  return isJsonObject(value) ? value[step] : undefined;
}

function nameOf(entity: JsonValue | undefined): string | null {
  if (!isJsonObject(entity)) return null;
  const names = ['name', 'username', 'custom_id', 'target', 'id'].map((key) => entity[key]);
  return names.find((name): name is string => typeof name === 'string' && name !== '') ?? null;
}

function severityOf(code: string): Severity {
  return diagnosticCodes[code]?.severity ?? 'error';
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

function placeOf({ file, range }: Diagnostic): string {
  return `${file}:${range.start.offset}`;
}

function rank(severity: Severity): number {
  return ['error', 'warning', 'info'].indexOf(severity);
}

function withRelated(related: readonly RelatedLocation[]): { readonly related?: readonly RelatedLocation[] } {
  return related.length === 0 ? {} : { related };
}
