import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { isJsonObject, type JsonSchema } from '../lib/json.ts';
import type { ConfigDocument } from './document.ts';
import type { OffsetRange } from './source.ts';

/** Names of fields that hold secrets wherever they occur. */
const secretName =
  /(?:^|_)(?:password|passwd|passphrase|secret|secrets|secret_v\d|private_key|privatekey|apikey|api_key|access_key|secret_key|salt|credential|session_token|token_hash|token)$|^(?:key|jwk|authorization|client_jwk|d|p|q|dp|dq|qi|oth|k)$/i;

/** Whether a field of this name holds a secret, going by the name alone. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Names of all properties of a schema that are marked `x-secret`. */
export function secretProperties(schema: JsonSchema): ReadonlySet<string> {
  const names = new Set<string>();
  collectSecrets(schema, names);
  return names;
}

function collectSecrets(schema: unknown, names: Set<string>): void {
  if (Array.isArray(schema)) for (const part of schema) collectSecrets(part, names);
  if (!isJsonObject(schema)) return;
  const properties = schema.properties;
  if (isJsonObject(properties)) {
    for (const [name, property] of Object.entries(properties)) {
      if (isJsonObject(property) && isMarked(property)) names.add(name);
    }
  }
  for (const part of Object.values(schema)) collectSecrets(part, names);
}

function isMarked(property: JsonSchema): boolean {
  if (property['x-secret'] === true) return true;
  const { items } = property;
  return isJsonObject(items) && items['x-secret'] === true;
}

/** The parts of a text that no one may see: values of secret fields, by name, and all that looks like one. */
export function secretRanges(document: ConfigDocument, marked: ReadonlySet<string>): readonly OffsetRange[] {
  if (!document.isReadable) return scanLines(document.source.text);
  const ranges: OffsetRange[] = [];
  for (const { key, value } of document.pairs()) {
    if (marked.has(key) || isSecretName(key)) collectScalars(value, ranges);
  }
  return withoutOverlaps(ranges.sort((a, b) => a.start - b.start));
}

/** A secret within a secret is found twice. */
function withoutOverlaps(ranges: readonly OffsetRange[]): readonly OffsetRange[] {
  let end = -1;
  return ranges.filter((range) => {
    if (range.start < end) return false;
    end = range.end;
    return true;
  });
}

function collectScalars(node: Node | null, ranges: OffsetRange[]): void {
  if (isSeq(node)) for (const item of node.items) collectScalars(item as Node | null, ranges);
  // A whole JWK is secret; and whoever writes a map where a text belongs may still have put the secret into it.
  if (isMap(node)) for (const item of node.items) collectScalars((item as Pair<Node, Node | null>).value, ranges);
  if (!isScalar(node) || node.range === undefined || node.range === null) return;
  const [start, end] = node.range;
  if (end > start) ranges.push({ start, end });
}

/** For a text that is not YAML: values after a secret name on the same line. */
function scanLines(text: string): readonly OffsetRange[] {
  const ranges: OffsetRange[] = [];
  for (const match of text.matchAll(/([A-Za-z][\w-]*)["']?[ \t]*:[ \t]*([^\n\r]+)/g)) {
    const [whole, key = '', value = ''] = match;
    const start = match.index + whole.length - value.length;
    if (isSecretName(key.replaceAll('-', '_'))) ranges.push({ start, end: start + value.length });
  }
  return ranges;
}
