import { parse } from 'yaml';
import type { Diagnostic } from '../config/diagnostic.ts';
import { nestMessages } from '../config/store/nested-messages.ts';
import { isJsonObject, type JsonPath, type JsonValue } from '../lib/json.ts';
import { luaNotation } from '../lib/lua-notation.ts';
import { redactByName } from './redact.ts';

/** Findings that go into `fields` and `message`; all of them are in `diagnostics`. */
const MAX_FIELDS = 100;

/** Collections by the key they have in a file, and what one of their entities is called. */
const entityTypes: Readonly<Record<string, string>> = {
  services: 'service',
  routes: 'route',
  plugins: 'plugin',
  consumers: 'consumer',
  upstreams: 'upstream',
  targets: 'target',
  certificates: 'certificate',
  snis: 'sni',
  consumer_groups: 'consumer_group',
};

/** Kong's body for a config that cannot run (code 14), with our findings beside its members. */
export function configErrorBody(
  diagnostics: readonly Diagnostic[],
  text: string,
  withFlattened: boolean,
): Readonly<Record<string, unknown>> & { readonly message: string } {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const fields = nestMessages(errors.slice(0, MAX_FIELDS));
  return {
    code: 14,
    name: 'invalid declarative configuration',
    message: `declarative config is invalid: ${luaNotation(fields)}`,
    fields,
    ...(withFlattened ? { flattened_errors: flatten(errors, text) } : {}),
    diagnostics,
  };
}

/** One row per entity with its findings; children of an entity have rows of their own. */
function flatten(errors: readonly Diagnostic[], text: string): readonly unknown[] {
  const rows = new Map<string, { readonly path: JsonPath; readonly findings: Diagnostic[] }>();
  for (const finding of errors) {
    const path = entityPath(finding.path);
    const key = JSON.stringify(path);
    const row = rows.get(key);
    if (row !== undefined) row.findings.push(finding);
    else if (path.length > 0) rows.set(key, { path, findings: [finding] });
  }
  // Without rows it may be a text that must not be parsed.
  const document = rows.size === 0 ? null : parseLeniently(text);
  return [...rows.values()].map(({ path, findings }) => describe(path, findings, valueAt(document, path)));
}

function describe(path: JsonPath, findings: readonly Diagnostic[], entity: JsonValue): unknown {
  const members = isJsonObject(entity) ? entity : {};
  return {
    entity_type: entityTypes[String(path.at(-2))],
    entity_name: members.name ?? members.username ?? null,
    entity_id: members.id ?? null,
    entity_tags: members.tags ?? null,
    // What was posted may be logged by whoever posted it; secrets need not be among it.
    entity: redactByName(
      Object.fromEntries(Object.entries(members).filter(([name]) => entityTypes[name] === undefined)),
    ),
    errors: findings.map((finding) => {
      const field = finding.path
        .slice(path.length)
        .filter((step, index, rest) => index < rest.length - 1 || typeof step !== 'number');
      return field.length === 0
        ? { type: 'entity', message: finding.message }
        : { type: 'field', field: field.join('.'), message: finding.message };
    }),
  };
}

/** The longest beginning of a path that leads to an entity. */
function entityPath(path: JsonPath): JsonPath {
  let length = 0;
  while (typeof path[length + 1] === 'number' && entityTypes[String(path[length])] !== undefined) length += 2;
  return path.slice(0, length);
}

function parseLeniently(text: string): JsonValue {
  try {
    return parse(text) as JsonValue;
  } catch {
    return null;
  }
}

function valueAt(document: JsonValue, path: JsonPath): JsonValue {
  let node: JsonValue = document;
  for (const step of path) {
    if (typeof node !== 'object' || node === null) return null;
    node = (node as Readonly<Record<string, JsonValue>>)[step] ?? null;
  }
  return node;
}
