import { collections } from '../../../src/admin/routes/collections.ts';
import { allKinds } from '../../../src/entities/kinds.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';
import { answerSchema, bodySchema, componentName, pageSchema, reference } from './component-schemas.ts';
import { entityOperations } from './entity-operations.ts';
import { nodeOperations } from './node-operations.ts';
import { documentPath, type Operation, pathParameters, sharedMessages, writeOperation } from './operation.ts';

/** All operations of the document; of two with one method and path the first counts, as in the server. */
export function allOperations(): readonly Operation[] {
  const byPlace = new Map<string, Operation>();
  for (const operation of [...nodeOperations(), ...entityOperations()]) {
    const place = `${operation.method} ${operation.path}`;
    if (!byPlace.has(place)) byPlace.set(place, operation);
  }
  return [...byPlace.values()];
}

/** What the Admin API serves, as OpenAPI 3.1. */
export function openApiDocument(): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const operation of allOperations()) {
    const path = documentPath(operation.path);
    const shared = pathParameters(operation.path);
    paths[path] ??= shared.length === 0 ? {} : { parameters: shared };
    paths[path][operation.method.toLowerCase()] = writeOperation(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Admin API of gw',
      version: '3.10',
      description:
        'Compatible with the Admin API of Kong. `HEAD` and `OPTIONS` come with every path. A key in a path is an id or a name. See docs/admin-api.md.',
    },
    servers: [{ url: 'http://127.0.0.1:8001' }],
    security: [{}, { token: [] }, { bearer: [] }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'Kong-Admin-Token' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      parameters: parameters(),
      ...sharedMessages(allOperations()),
      schemas: { ...sharedSchemas, ...entitySchemas() },
    },
  };
}

/** Kinds that operations show entities of. */
function entitySchemas(): Readonly<Record<string, JsonValue>> {
  const served = new Set(collections.map(({ kind }) => kind));
  return Object.fromEntries(
    allKinds
      .filter((kind) => served.has(kind))
      .flatMap((kind) => {
        const name = componentName(kind);
        return [
          [name, answerSchema(kind)],
          [`${name}Body`, bodySchema(kind)],
          [`${name}Page`, pageSchema(reference(name))],
        ] as const;
      }),
  );
}

function parameters(): Readonly<Record<string, JsonValue>> {
  const inPath = new Set(
    allOperations().flatMap(({ path }) => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)),
  );
  const text = { type: 'string' };
  const flag = { type: 'string', enum: ['1', 'true'] };
  const query: Readonly<Record<string, readonly [JsonObject, string]>> = {
    size: [{ type: 'integer', minimum: 1, maximum: 1000, default: 100 }, 'Entities on a page.'],
    offset: [text, 'Where the page begins: `offset` of the page before.'],
    tags: [text, '`a,b` for all of the tags, `a/b` for any.'],
    custom_id: [text, 'Only the consumer with this id of its own.'],
    list_consumers: [{ type: 'string', enum: ['true', 'false'] }, 'Whether to list the consumers of the group.'],
    balancer_health: [{ type: 'string', enum: ['0', '1'] }, 'Whether to show the health of the upstream as a whole.'],
    check_hash: [flag, 'Answer 304 when the config is the one in force.'],
    flatten_errors: [flag, 'List errors by entity, too.'],
  };
  const inPaths = [...inPath].sort();
  return Object.fromEntries<JsonValue>([
    ...inPaths.map((name) => [`path_${name}`, { name, in: 'path', required: true, schema: text }] as const),
    ...Object.entries(query).map(
      ([name, [schema, description]]) => [name, { name, in: 'query', description, schema }] as const,
    ),
  ]);
}

const idAlone: JsonObject = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };

const sharedSchemas: Readonly<Record<string, JsonObject>> = {
  Problem: {
    type: 'object',
    description: 'Codes and names are those of Kong; what is not about an entity has a message alone.',
    properties: {
      message: { type: 'string' },
      code: { type: 'integer' },
      name: { type: 'string' },
      fields: { type: 'object', description: 'Messages, in the shape of what was sent.' },
      options: { type: 'object', description: 'Messages about arguments of the query.' },
    },
    required: ['message'],
  },
  Reference: { ...idAlone, additionalProperties: false },
  GivenReference: {
    type: 'object',
    description: 'By id, or by name.',
    properties: { id: { type: 'string' }, name: { type: 'string' }, username: { type: 'string' } },
  },
  Node: {
    type: 'object',
    properties: {
      version: { type: 'string', description: 'Of the Kong whose Admin API this is.' },
      gw_version: { type: 'string' },
      plugins: { type: 'object' },
      configuration: { type: 'object', description: 'Settings; those that are secret are masked.' },
      gw_unsaved_changes: { type: 'integer', description: 'Changes that no file holds.' },
    },
    required: ['version', 'gw_version', 'plugins', 'configuration'],
  },
  Status: {
    type: 'object',
    properties: {
      server: { type: 'object' },
      memory: { type: 'object' },
      configuration_hash: { type: 'string', pattern: '^[0-9a-f]{32}$' },
      gw: { type: 'object' },
    },
    required: ['server', 'memory', 'configuration_hash'],
  },
  Workspace: {
    type: 'object',
    properties: { id: { type: 'string' }, name: { type: 'string', const: 'default' } },
    required: ['id', 'name'],
  },
  TagPage: pageSchema({
    type: 'object',
    properties: { entity_name: { type: 'string' }, entity_id: { type: 'string' }, tag: { type: 'string' } },
    required: ['entity_name', 'entity_id', 'tag'],
  }),
  ConsumerGroupWithMembers: {
    type: 'object',
    properties: {
      consumer_group: reference('ConsumerGroup'),
      consumers: { type: 'array', items: reference('Consumer') },
      plugins: { type: 'array', items: reference('Plugin') },
    },
    required: ['consumer_group', 'consumers', 'plugins'],
  },
  Issuer: {
    type: 'object',
    properties: {
      id: { type: 'string' },
      issuer: { type: 'string' },
      configuration: { type: ['object', 'null'], description: 'The discovery document.' },
      keys: { type: ['array', 'null'], items: { type: 'object' } },
    },
    required: ['id', 'issuer'],
  },
};
