import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Collection, collections, pairs } from '../../src/admin/routes/collections.ts';
import type { EntityKind } from '../../src/entities/kinds.ts';
import type { JsonObject, JsonValue } from '../../src/lib/json.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { type AdminApi, type Asked, startAdminApi } from '../support/admin-api.ts';
import { AnswerChecker } from './openapi/answer-checker.ts';
import { allOperations, openApiDocument } from './openapi/document.ts';
import { documentPath, type Operation } from './openapi/operation.ts';
import { sample, seedOrder } from './openapi/samples.ts';
import { openApiText } from './openapi/text.ts';

const checker = new AnswerChecker(openApiDocument());
const seeds: Partial<Record<EntityKind, string>> = {};
let api: AdminApi;

t.before(async () => {
  api = await startAdminApi(t);
  for (const kind of seedOrder) seeds[kind] = await make(kind, 0);
});

t.test('docs/openapi.yaml is up to date', (t) => {
  const text = readFileSync(join(packageRoot, 'docs/openapi.yaml'), 'utf8');
  t.ok(text === openApiText(), 'write it anew with: node dist/test/admin/write-openapi.js');
  t.end();
});

t.test('what is documented is what is served', async (t) => {
  const documented = new Map<string, string[]>();
  for (const { method, path } of allOperations()) {
    documented.set(anonymous(documentPath(path)), [...(documented.get(anonymous(documentPath(path))) ?? []), method]);
  }
  const { body } = await api.ask('GET', '/endpoints');
  const served = (body.data as readonly string[]).map(anonymous);
  t.strictSame([...new Set(served)].sort(), [...documented.keys()].sort(), 'paths');
  for (const [path, methods] of documented) {
    const { headers } = await api.ask('OPTIONS', path.replaceAll('{}', 'x'));
    const allowed = String(headers.allow).split(', ');
    t.strictSame(
      allowed.filter((method) => !['HEAD', 'OPTIONS'].includes(method)),
      [...methods].sort(),
      path,
    );
  }
});

t.test('reads answer what is documented', async (t) => {
  for (const operation of allOperations().filter(({ method }) => method === 'GET')) await run(t, operation);
});

t.test('changes answer what is documented', async (t) => {
  for (const operation of allOperations().filter(({ method }) => ['POST', 'PUT', 'PATCH'].includes(method))) {
    if (operation.path !== '/config') await run(t, operation);
  }
});

t.test('bodies that are wrong, and types that are not read, are answered as documented', async (t) => {
  for (const operation of allOperations().filter(({ body, path }) => body !== undefined && path !== '/config')) {
    const { method } = operation;
    const path = pathOf(operation, null);
    const wrong = await api.ask(method, path, { no_such_field: 1 });
    t.equal(wrong.status, 400, `${method} ${path}`);
    check(t, operation, wrong);
    const other = await api.ask(method, path, 'x', { 'content-type': 'text/plain' });
    t.equal(other.status, 415, `${method} ${path}`);
    check(t, operation, other);
  }
});

t.test('what does not exist is answered as documented', async (t) => {
  for (const operation of allOperations().filter(({ method, path }) => method === 'GET' && path.includes('/:key'))) {
    const path = operation.path.replace(/:\w+/g, 'no-such');
    const answer = await api.ask('GET', path);
    t.equal(answer.status, 404, path);
    check(t, operation, answer);
  }
});

t.test('removals answer what is documented', async (t) => {
  for (const operation of allOperations().filter(({ method }) => method === 'DELETE')) {
    const kind = removedKind(operation);
    const id = kind === null ? null : await make(kind, 2, ownReference(operation));
    await run(t, operation, id);
  }
});

t.test('without a database, changes are refused as documented', async (t) => {
  const closed = await startAdminApi(t, { mode: 'off', config: '_format_version: "3.0"\n' });
  for (const operation of allOperations().filter(({ refusals = [] }) => refusals.includes('WritesOff'))) {
    const { method, path } = operation;
    if (Object.keys(operation.answers).length === 0) continue;
    const answer = await closed.ask(method, path.replace(/:\w+/g, 'x'), method === 'DELETE' ? undefined : {});
    t.equal(answer.status, 405, `${method} ${path}`);
    check(t, operation, answer);
  }
});

t.test('a whole config is answered as documented', async (t) => {
  const operation = allOperations().find(({ method, path }) => method === 'POST' && path === '/config');
  if (operation === undefined) throw new TypeError('POST /config is not documented');
  for (const [config, status] of [
    ['_format_version: "3.0"', 201],
    ['_format_version: "3.0"\nservices: [{}]', 400],
  ] as const) {
    const answer = await api.ask('POST', '/config', { config });
    t.equal(answer.status, status);
    check(t, operation, answer);
  }
});

type Tap = Pick<typeof t, 'equal' | 'ok' | 'match'>;

/** Operations that exist to say that something cannot be done, or of which this gateway has nothing to show. */
const refused: Readonly<Record<string, number>> = {
  'PUT /debug/node/log-level/:level': 405,
  'POST /workspaces': 404,
  'GET /openid-connect/issuers/:key': 404,
  'DELETE /openid-connect/issuers/:key': 404,
  'GET /openid-connect/jwks': 404,
  'GET /caches/:name': 404,
};

/** Sends a request that should succeed, and checks the answer. */
async function run(t: Tap, operation: Operation, child: string | null = null): Promise<void> {
  const { method, path: template } = operation;
  const path = pathOf(operation, child);
  const answer = await api.ask(method, path, bodyFor(operation));
  const place = `${method} ${template}`;
  const success = Object.keys(operation.answers).filter((status) => Number(status) < 300);
  const expected = refused[place] ?? (Object.keys(operation.answers).length === 0 ? 405 : Number(success[0]));
  const isUnhealthy = template.endsWith('healthy') && answer.status === 400;
  t.equal(
    isUnhealthy ? expected : answer.status,
    expected,
    `${method} ${path} ${answer.status < 400 ? '' : answer.text}`,
  );
  check(t, operation, answer);
  if (method === 'POST' && answer.id !== '') await api.ask('DELETE', `${path}/${answer.id}`);
}

function check(t: Tap, { method, path }: Operation, { status, text }: Asked): void {
  const body = text.startsWith('{') ? (JSON.parse(text) as JsonValue) : text;
  const complaint = checker.complain(documentPath(path), method.toLowerCase(), status, body);
  t.equal(complaint, null, `answer of ${method} ${path}: ${text.slice(0, 300)}`);
}

/** The path with keys of entities that are there. */
function pathOf({ path }: Operation, child: string | null): string {
  const key = child !== null && !path.includes(':child') ? child : keyFor(path);
  return path
    .replace(':key', key)
    .replace(':child', child ?? childFor(path))
    .replace(':name', nameFor(path))
    .replace(':tag', 'sample')
    .replace(':level', 'info')
    .replace(':address', '127.0.0.1:1000');
}

function keyFor(path: string): string {
  if (path.startsWith('/workspaces')) return 'default';
  return seeds[collectionOf(path)?.kind ?? 'services'] ?? 'no-such';
}

function childFor(path: string): string {
  if (/^\/(?:consumer_groups|consumers)\/:key\/consumer/.test(path)) {
    return seeds[path.startsWith('/consumers') ? 'consumer_groups' : 'consumers'] ?? '';
  }
  return seeds[pairOf(path)?.child.kind ?? 'targets'] ?? '';
}

function nameFor(path: string): string {
  if (path.includes('vaults')) return 'env';
  if (path.includes('partials')) return 'redis-ce';
  return path.includes('plugins') ? 'key-auth' : 'services';
}

function bodyFor(operation: Operation): JsonObject | undefined {
  const { method, path } = operation;
  if (operation.body === undefined) return undefined;
  if (method === 'PATCH') return {};
  if (path.startsWith('/schemas')) return sample(checkedKind(path), 1, seeds);
  if (path.endsWith('/consumers') && path.includes(':key')) return { consumer: seeds.consumers ?? '' };
  if (path.endsWith('/consumer_groups') && path.includes(':key')) return { group: seeds.consumer_groups ?? '' };
  const kind = shownKind(path);
  return { ...sample(kind, method === 'POST' ? 1 : 0, seeds), ...ownReference(operation) };
}

function checkedKind(path: string): EntityKind {
  return (['plugins', 'vaults', 'partials'] as const).find((kind) => path.includes(kind)) ?? 'services';
}

/** The kind of the entity that a path leads to. */
function shownKind(path: string): EntityKind {
  const up = pairs.find(({ child, field }) => path === `/${child.name}/:key/${field}`);
  const kind = up?.parent.kind ?? pairOf(path)?.child.kind ?? collectionOf(path)?.kind;
  if (kind === undefined) throw new TypeError(`no kind of entity at ${path}`);
  return kind;
}

function collectionOf(path: string): Collection | undefined {
  return collections.find(({ name }) => path === `/${name}` || path.startsWith(`/${name}/`));
}

function pairOf(path: string): (typeof pairs)[number] | undefined {
  const list = path.replace(/\/:child$/, '');
  return pairs.find(({ parent, child }) => list === `/${parent.name}/:key/${child.nestedName}`);
}

/** Below an entity, a child refers to it; a filter chain then to nothing else. */
function ownReference({ path }: Operation): JsonObject {
  const pair = pairOf(path);
  if (pair === undefined) return {};
  const others = pair.child.kind === 'filter_chains' ? { service: null, route: null } : {};
  return { ...others, [pair.field]: { id: seeds[pair.parent.kind] ?? '' } };
}

/** The kind of what an operation removes; `null` where that is no entity of its own. */
function removedKind({ path, answers }: Operation): EntityKind | null {
  if (
    Object.keys(answers).length === 0 ||
    path.startsWith('/openid-connect') ||
    /\/consumers?(?:_groups)?\/:key\/consumer/.test(path)
  ) {
    return null;
  }
  return pairOf(path)?.child.kind ?? collectionOf(path)?.kind ?? null;
}

async function make(kind: EntityKind, number: number, own: JsonObject = {}): Promise<string> {
  const collection = collections.find((known) => known.kind === kind);
  const path = kind === 'targets' ? `/upstreams/${seeds.upstreams ?? ''}/targets` : `/${collection?.name ?? kind}`;
  const answer = await api.ask('POST', path, { ...sample(kind, number, seeds), ...own });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
  return answer.id;
}

/** Names of parameters do not count. */
function anonymous(path: string): string {
  return path.replace(/\{\w+\}|:\w+/g, '{}').replace(/\{[^}]*\}/g, '{}');
}
