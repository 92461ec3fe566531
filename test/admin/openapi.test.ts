import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { JsonValue } from '../../src/lib/json.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { type AdminApi, type Asked, startAdminApi } from '../support/admin-api.ts';
import { AnswerChecker } from './openapi/answer-checker.ts';
import { allOperations, openApiDocument } from './openapi/document.ts';
import { KnownEntities } from './openapi/known-entities.ts';
import { documentPath, type Operation } from './openapi/operation.ts';
import { openApiText } from './openapi/text.ts';

const checker = new AnswerChecker(openApiDocument());
let api: AdminApi;
let known: KnownEntities;

t.before(async () => {
  api = await startAdminApi(t);
  known = await KnownEntities.make(api);
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
    await known.prepare(operation);
    const path = known.pathOf(operation);
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
    await known.prepare(operation);
    await run(t, operation, await known.makeRemovable(operation));
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
  if (method !== 'DELETE') await known.prepare(operation);
  const path = known.pathOf(operation, child);
  const answer = await api.ask(method, path, known.bodyOf(operation));
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

/** Names of parameters do not count. */
function anonymous(path: string): string {
  return path.replace(/\{\w+\}|:\w+/g, '{}').replace(/\{[^}]*\}/g, '{}');
}
