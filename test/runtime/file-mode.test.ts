import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { EntityEdit, Row } from '../../src/config/store/entity-view.ts';
import type { EntityKind } from '../../src/entities/kinds.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { editableSample } from '../support/editable-sample.ts';
import { EditedConfig, loadTexts, secretEnv } from '../support/edited-config.ts';
import { SeededRandom } from '../support/random.ts';
import { RandomEdits } from '../support/random-edits.ts';
import { type RunningGateway, startCli } from '../support/run-cli.ts';

const changes = 500;

void t.test(
  `after ${changes} random writes through the Admin API the file is the running config, comments and references kept`,
  async (t) => {
    const path = join(t.testdir({ 'kong.yml': editableSample }), 'kong.yml');
    const gateway = await startCli(['--admin-writes', 'file', '-c', path], { env: secretEnv });
    t.teardown(() => gateway.stop());
    const edits = new RandomEdits(new SeededRandom(500));
    const counts = new Map<number, number>();
    for (let made = 0; made < changes; made += 10) {
      const { view } = new EditedConfig({ 'kong.yml': readFileSync(path, 'utf8') });
      const requests = Array.from({ length: 10 }, () => recorded(edits, view)).filter((request) => request !== null);
      for (const status of await Promise.all(requests.map((request) => send(gateway, request)))) {
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    }
    t.comment(`answers: ${[...counts].map(([status, count]) => `${count} × ${status}`).join(', ')}`);
    t.strictSame(
      [...counts.keys()].filter((status) => ![200, 201, 204, 400, 404, 409].includes(status)),
      [],
      'no other answers',
    );
    t.ok((counts.get(200) ?? 0) > 100 && (counts.get(201) ?? 0) > 50, 'most writes are done');
    const text = readFileSync(path, 'utf8');
    const { hash } = loadTexts([{ name: path, text }]);
    t.equal(await hashOf(gateway), hash, 'the file says what runs');
    for (const [comment] of editableSample.matchAll(/# \[file\][^\n]*/g)) t.ok(text.includes(comment), comment);
    for (const secret of [secretEnv.DECK_SECRET, secretEnv.DECK_KEY]) t.notOk(text.includes(secret), 'no secret in it');
    t.notOk(gateway.stderr().includes(secretEnv.DECK_SECRET), 'nor in the log');
  },
);

void t.test('a hand edit right before a write is loaded with it, one right after it too', async (t) => {
  const path = join(
    t.testdir({ 'kong.yml': '_format_version: "3.0"\nservices:\n- name: a\n  host: a.test\n' }),
    'kong.yml',
  );
  const gateway = await startCli(['--admin-writes', 'file', '-c', path]);
  t.teardown(() => gateway.stop());
  writeFileSync(path, `${readFileSync(path, 'utf8')}- name: by-hand # mine\n  host: b.test\n`);
  t.equal(await send(gateway, { method: 'PATCH', path: '/services/a', body: { retries: 1 } }), 200);
  t.match(readFileSync(path, 'utf8'), /retries: 1\n- name: by-hand # mine\n/);
  writeFileSync(path, readFileSync(path, 'utf8').replace('# mine', '# still mine'));
  t.equal(await send(gateway, { method: 'PATCH', path: '/services/by-hand', body: { retries: 2 } }), 200);
  t.match(readFileSync(path, 'utf8'), /- name: by-hand # still mine\n {2}host: b\.test\n {2}retries: 2\n/);
  t.equal(await hashOf(gateway), loadTexts([{ name: path, text: readFileSync(path, 'utf8') }]).hash);
});

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: JsonObject;
}

async function send({ adminUrl }: RunningGateway, { method, path, body }: Request): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(adminUrl + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return response.status;
}

async function hashOf({ adminUrl }: RunningGateway): Promise<string> {
  const status = (await (await fetch(`${adminUrl}/status`)).json()) as { readonly configuration_hash: string };
  return status.configuration_hash;
}

/** The request that makes the next change; `null` for kinds that have no path of their own. */
function recorded(edits: RandomEdits, view: EditedConfig['view']): Request | null {
  let request: Request | null = null;
  const nothing = { id: '' };
  const note = (method: string, kind: EntityKind, row: JsonObject, id: string | null, body?: JsonObject): Row => {
    const path = pathOf(kind, row, id);
    if (path !== null) request = { method, path, ...(body === undefined ? {} : { body }) };
    return nothing;
  };
  const rowOf = (kind: EntityKind, id: string): JsonObject => view.get(kind, id) ?? {};
  const recorder: EntityEdit = {
    all: (kind) => view.all(kind),
    get: (kind, id) => view.get(kind, id),
    named: (kind, name) => view.named(kind, name),
    referring: (kind, field, id) => view.referring(kind, field, id),
    create: (kind, fields) => note('POST', kind, fields, null, fields),
    replace: (kind, key, fields) => note('PUT', kind, rowOf(kind, key.text), key.text, fields),
    update: (kind, id, fields) => note('PATCH', kind, rowOf(kind, id), id, fields),
    remove: (kind, id) => void note('DELETE', kind, rowOf(kind, id), id),
  };
  edits.next(recorder);
  return request;
}

const nested: Partial<Record<EntityKind, readonly [string, string, string]>> = {
  targets: ['upstreams', 'upstream', 'targets'],
  acls: ['consumers', 'consumer', 'acls'],
  keyauth_credentials: ['consumers', 'consumer', 'key-auth'],
};

function pathOf(kind: EntityKind, row: JsonObject, id: string | null): string | null {
  if (kind === 'consumer_group_consumers') return null;
  const [owners, field, list] = nested[kind] ?? ['', '', kind];
  const owner = field === '' ? null : ((row[field] as { readonly id: string } | null)?.id ?? null);
  if (field !== '' && owner === null) return null;
  return `${owner === null ? '' : `/${owners}/${owner}`}/${list}${id === null ? '' : `/${id}`}`;
}
