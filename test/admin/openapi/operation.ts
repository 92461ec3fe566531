import type { AdminMethod } from '../../../src/admin/endpoint.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { reference } from './component-schemas.ts';

/** One operation of the document, before it is written out. */
export interface Operation {
  readonly method: AdminMethod;
  /** As endpoints have it: `:name` stands for one segment. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Answers that mean success, with the schema of their body; `null` without one. */
  readonly answers: Readonly<Record<string, JsonObject | null>>;
  /** Refusals besides those that any operation may have. */
  readonly refusals?: readonly Refusal[];
  /** Schema of the body that it takes, as JSON or a form. */
  readonly body?: JsonObject;
  /** Names in `components/parameters`. */
  readonly query?: readonly string[];
  /** Media type of the answer, if it is no JSON. */
  readonly mediaType?: string;
  /** Media types of the body, if it is not JSON or a form. */
  readonly bodyTypes?: readonly string[];
}

/** Names in `components/responses`. */
export type Refusal = keyof typeof refusals;

const refusals = {
  NotFound: '404',
  Problem: '400',
  WritesOff: '405',
  Conflict: '409',
  Unsupported: '415',
} as const;

/** The path as OpenAPI has it. */
export function documentPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/** The parameters of a path, for all operations on it. */
export function pathParameters(path: string): readonly JsonObject[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => parameter(`path_${name}`));
}

/** The operation as OpenAPI has it. What is the same for many is written once, among the components. */
export function writeOperation(operation: Operation): JsonObject {
  const { tag, summary, answers, body, query = [], refusals: refused = [] } = operation;
  return {
    tags: [tag],
    summary,
    ...(query.length === 0 ? {} : { parameters: query.map(parameter) }),
    ...(body === undefined ? {} : { requestBody: writeBody(body, operation.bodyTypes) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [status, writeAnswer(status, schema, operation.mediaType)]),
      ),
      ...Object.fromEntries(refused.map((name) => [refusals[name], { $ref: `#/components/responses/${name}` }])),
      default: { $ref: '#/components/responses/Refused' },
    },
  };
}

function writeBody(body: JsonObject, types: readonly string[] = bodyTypes): JsonObject {
  const name = componentIn(body);
  return name === null ? { content: withSchema(types, body) } : { $ref: `#/components/requestBodies/${name}` };
}

function writeAnswer(status: string, schema: JsonObject | null, mediaType = 'application/json'): JsonObject {
  if (schema === null) return { $ref: `#/components/responses/${status === '304' ? 'Unchanged' : 'Done'}` };
  const name = componentIn(schema);
  if (name !== null) return { $ref: `#/components/responses/${name}` };
  return { description: asAsked, content: withSchema([mediaType], schema) };
}

/** The name of the component that a schema refers to. */
function componentIn({ $ref }: JsonObject): string | null {
  return typeof $ref === 'string' ? ($ref.split('/').at(-1) ?? null) : null;
}

const asAsked = 'As asked.';

/** A response and, for what bodies may be, a request body for each schema that operations refer to. */
export function sharedMessages(operations: readonly Operation[]): Readonly<Record<string, JsonObject>> {
  const answers = operations.flatMap(({ answers: all }) => Object.values(all));
  const bodies = operations.map(({ body = null }) => body);
  return {
    requestBodies: Object.fromEntries(
      namesIn(bodies).map((name) => [name, { content: withSchema(bodyTypes, reference(name)) }]),
    ),
    responses: {
      ...refusalResponses(),
      Done: { description: 'Done; there is no body.' },
      Unchanged: { description: 'The config in force is the one that was sent.' },
      ...Object.fromEntries(
        namesIn(answers).map((name) => [
          name,
          { description: asAsked, content: withSchema(['application/json'], reference(name)) },
        ]),
      ),
    },
  };
}

function namesIn(schemas: readonly (JsonObject | null)[]): readonly string[] {
  return [...new Set(schemas.flatMap((schema) => componentIn(schema ?? {}) ?? []))].sort();
}

/** How entities may be sent. */
const bodyTypes = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

function withSchema(types: readonly string[], schema: JsonObject): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function parameter(name: string): JsonObject {
  return { $ref: `#/components/parameters/${name}` };
}

function refusalResponses(): JsonObject {
  const problem = { content: { 'application/json': { schema: reference('Problem') } } };
  return {
    NotFound: { description: 'There is no such entity.', ...problem },
    Problem: { description: 'What was sent is not right; the message says what and where.', ...problem },
    WritesOff: { description: 'Changes are off (`admin_writes`).', ...problem },
    Conflict: { description: 'Another entity is alike (code 5), or the file cannot be edited there.', ...problem },
    Unsupported: { description: 'The body has a type that is not read.', ...problem },
    Refused: {
      description:
        'Not done: 401 without the token, 403 for web pages and foreign hosts, 413 for bodies too large, 500 when the disk fails.',
      ...problem,
    },
  };
}
