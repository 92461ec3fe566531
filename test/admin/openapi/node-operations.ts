import type { JsonObject } from '../../../src/lib/json.ts';
import { pageSchema, reference } from './component-schemas.ts';
import type { Operation } from './operation.ts';

const anyObject: JsonObject = { type: 'object' };
const anyPage = pageSchema(anyObject);
const message: JsonObject = { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] };
const schemaAnswer: JsonObject = {
  type: 'object',
  description: 'Each field is an object of one key, its name.',
  properties: { fields: { type: 'array', items: anyObject }, entity_checks: { type: 'array', items: anyObject } },
  required: ['fields'],
};

/** Everything about the node, whole configs, schemas, health and groups: what no table of kinds says. */
export function nodeOperations(): readonly Operation[] {
  return [...node, ...configs, ...schemas, ...upstreams, ...tags, ...groups, ...plugins];
}

function get(path: string, tag: string, summary: string, answer: JsonObject, more: Partial<Operation> = {}): Operation {
  return { method: 'GET', path, tag, summary, answers: { '200': answer }, ...more };
}

const node: readonly Operation[] = [
  get('/', 'node', 'Show what runs here', reference('Node')),
  get('/kong', 'node', 'The same', reference('Node')),
  get('/status', 'node', 'Show how the node does', reference('Status')),
  {
    ...get('/status/ready', 'node', 'Tell whether the node has a config to serve by', message),
    answers: { '200': message, '503': message },
  },
  get('/endpoints', 'node', 'List all paths', {
    type: 'object',
    properties: { data: { type: 'array', items: { type: 'string' } } },
    required: ['data'],
  }),
  get('/plugins/enabled', 'node', 'List the plugins that run', {
    type: 'object',
    properties: { enabled_plugins: { type: 'array', items: { type: 'string' } } },
    required: ['enabled_plugins'],
  }),
  get('/debug/node/log-level', 'node', 'Show the level of the log', message),
  {
    ...{ method: 'PUT', path: '/debug/node/log-level/:level', tag: 'node', answers: {} },
    ...{ summary: 'Not possible: the level is set at the start', refusals: ['WritesOff'] },
  },
  get('/robots.txt', 'node', 'Keep search engines away', { type: 'string' }, { mediaType: 'text/plain' }),
  get('/caches', 'node', 'List caches with their counters', anyPage),
  get('/caches/:name', 'node', 'List the ages of the entries of a cache', anyPage, { refusals: ['NotFound'] }),
  get('/workspaces', 'node', 'List the one workspace, "default"', pageSchema(reference('Workspace'))),
  get('/workspaces/:key', 'node', 'Show the workspace', reference('Workspace'), { refusals: ['NotFound'] }),
  {
    ...{ method: 'POST', path: '/workspaces', tag: 'node', answers: {} },
    ...{ summary: 'Not possible: there is one workspace', refusals: ['NotFound'] },
  },
];

const configs: readonly Operation[] = [
  get('/config', 'config', 'Show the config in force as YAML', {
    type: 'object',
    properties: { config: { type: 'string' } },
    required: ['config'],
  }),
  {
    ...{ method: 'POST', path: '/config', tag: 'config', summary: 'Put a whole config in force' },
    query: ['check_hash', 'flatten_errors'],
    body: { type: 'object', description: 'A declarative config, or its text as `config`.' },
    bodyTypes: ['application/json', 'application/yaml', 'multipart/form-data', 'application/x-www-form-urlencoded'],
    answers: { '201': { type: 'object', description: 'All entities, by kind and id.' }, '304': null },
    refusals: ['Problem', 'Unsupported'],
  },
];

const schemas: readonly Operation[] = [
  ...(['/schemas/:name', '/schemas/plugins/:name', '/schemas/vaults/:name', '/schemas/partials/:name'] as const).map(
    (path) => get(path, 'schemas', `Show the schema of a ${nameIn(path)}`, schemaAnswer, { refusals: ['NotFound'] }),
  ),
  get('/plugins/schema/:name', 'schemas', 'Show the schema of the config of a plugin (deprecated)', schemaAnswer, {
    refusals: ['NotFound'],
  }),
  ...(['plugins', 'vaults', 'partials', ':name'] as const).map((name): Operation => {
    const path = `/schemas/${name}/validate`;
    return {
      ...{ method: 'POST', path, tag: 'schemas', summary: `Check a ${nameIn(path)} without storing it` },
      ...{ body: anyObject, answers: { '200': message }, refusals: ['Problem', 'NotFound', 'Unsupported'] },
    };
  }),
];

function nameIn(path: string): string {
  return /plugin|vault|partial/.exec(path)?.[0] ?? 'kind of entity';
}

const healthPage: JsonObject = {
  allOf: [anyPage, { type: 'object', properties: { node_id: { type: 'string' } }, required: ['node_id'] }],
};

const upstreams: readonly Operation[] = [
  get('/upstreams/:key/health', 'upstreams', 'Show the health of the targets of an upstream', healthPage, {
    query: ['size', 'offset', 'balancer_health'],
    refusals: ['NotFound'],
  }),
  get('/upstreams/:key/targets/all', 'upstreams', 'List the targets of an upstream', reference('TargetPage'), {
    query: ['size', 'offset', 'tags'],
    refusals: ['NotFound'],
  }),
  ...(['healthy', 'unhealthy'] as const).flatMap((word) =>
    (['', '/:address'] as const).map((address): Operation => {
      const path = `/upstreams/:key/targets/:child${address}/${word}`;
      const what = address === '' ? 'a target' : 'one address of a target';
      return {
        ...{ method: 'PUT', path, tag: 'upstreams', summary: `Count ${what} as ${word} until a check says otherwise` },
        ...{ answers: { '204': null }, refusals: ['Problem', 'NotFound'] },
      };
    }),
  ),
];

const tags: readonly Operation[] = [
  get('/tags', 'tags', 'List all tags and what has them', reference('TagPage'), { query: ['size', 'offset'] }),
  get('/tags/:tag', 'tags', 'List what has a tag', reference('TagPage'), { query: ['size', 'offset'] }),
  get('/partials/:key/links', 'partials', 'List the plugins that a partial is part of', anyPage, {
    query: ['size', 'offset'],
    refusals: ['NotFound'],
  }),
];

const groups: readonly Operation[] = [
  ...sideOperations('/consumer_groups/:key/consumers', 'consumer', 'ConsumerPage'),
  ...sideOperations('/consumers/:key/consumer_groups', 'group', 'ConsumerGroupPage'),
];

function sideOperations(path: string, argument: string, page: string): readonly Operation[] {
  const tag = 'consumer_groups';
  const key: JsonObject = { type: ['string', 'object', 'array'], description: 'Name or id, or a list of them.' };
  const ofGroup = argument === 'consumer';
  const list = ofGroup ? 'consumers of a group' : 'groups of a consumer';
  return [
    get(path, tag, `List the ${list}`, reference(page), { query: ['size', 'offset', 'tags'], refusals: ['NotFound'] }),
    {
      ...{ method: 'POST', path, tag, summary: ofGroup ? 'Add consumers to a group' : 'Add a consumer to groups' },
      body: { type: 'object', properties: { [argument]: key }, required: [argument] },
      answers: { '201': anyObject },
      refusals: ['Problem', 'NotFound', 'WritesOff', 'Conflict', 'Unsupported'],
    },
    {
      ...{ method: 'DELETE', path, tag, summary: `Remove all ${list}` },
      ...{ answers: { '204': null }, refusals: ['NotFound', 'WritesOff'] },
    },
    get(`${path}/:child`, tag, `Show one of the ${list}`, anyObject, { refusals: ['NotFound'] }),
    {
      ...{ method: 'DELETE', path: `${path}/:child`, tag, summary: `Remove one of the ${list}` },
      ...{ answers: { '204': null }, refusals: ['NotFound', 'WritesOff'] },
    },
  ];
}

const issuers = '/openid-connect/issuers';
const keySet: JsonObject = {
  type: 'object',
  properties: { keys: { type: 'array', items: anyObject } },
  required: ['keys'],
};

const plugins: readonly Operation[] = [
  get(issuers, 'openid-connect', 'List identity providers and what is known of them', pageSchema(reference('Issuer'))),
  {
    ...{ method: 'DELETE', path: issuers, tag: 'openid-connect' },
    ...{ summary: 'Forget what is known of all identity providers', answers: { '204': null } },
  },
  get(`${issuers}/:key`, 'openid-connect', 'Show an identity provider', reference('Issuer'), {
    refusals: ['NotFound'],
  }),
  {
    ...{ method: 'DELETE', path: `${issuers}/:key`, tag: 'openid-connect' },
    ...{ summary: 'Forget what is known of an identity provider', answers: { '204': null }, refusals: ['NotFound'] },
  },
  get('/openid-connect/jwks', 'openid-connect', 'Show the public keys that gw signs with', keySet, {
    mediaType: 'application/jwk-set+json',
    refusals: ['NotFound'],
  }),
  {
    ...{ method: 'DELETE', path: '/openid-connect/jwks', tag: 'openid-connect' },
    ...{ summary: 'Make new keys', answers: { '204': null } },
  },
];
