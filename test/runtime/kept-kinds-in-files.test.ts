import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { EntityEdit } from '../../src/config/store/entity-view.ts';
import { startWritableGateway, type WritableGateway } from '../support/writable-gateway.ts';

// Entities that gw does not run, in files that the Admin API writes.

const request = { remote: '127.0.0.1', method: 'PATCH', path: '/' };
const routeId = '0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11';

const text = `_format_version: "3.0"
services:
- name: a
  url: http://a.test
custom_entities:
# the shortest way
- type: degraphql_routes
  id: ${routeId}
  fields: { uri: /me, query: q, service: { name: a } } # of the caller
- type: graphql_ratelimiting_cost_decorations
  fields: { type_path: Query.users, service: { name: a } }
partials:
- name: cache # ours
  type: redis-ce
plugins:
- name: rate-limiting
  config: { minute: 5 }
  partials: [{ name: cache }]
`;

interface FileGateway extends WritableGateway {
  read(): Promise<string>;
  write(edit: (entities: EntityEdit) => unknown): Promise<void>;
}

async function start(t: Test): Promise<FileGateway> {
  const file = join(t.testdir({ 'kong.yml': text }), 'kong.yml');
  const gw = await startWritableGateway({ mode: 'file', files: [file] });
  t.teardown(() => gw.close());
  return {
    ...gw,
    read: () => readFile(file, 'utf8'),
    write: async (edit) => {
      await gw.writer.write(request, edit);
    },
  };
}

t.test('what a custom entity says is changed at its place', async (t) => {
  const gw = await start(t);
  await gw.write((edit) => edit.update('degraphql_routes', routeId, { uri: '/you' }));
  t.equal(await gw.read(), text.replace('/me', '/you'));
  const [cost] = gw.writer.view.all('graphql_ratelimiting_cost_decorations');
  await gw.write((edit) => edit.update('graphql_ratelimiting_cost_decorations', cost?.id ?? '', { mul_constant: 2 }));
  t.match(await gw.read(), /type_path: Query.users, .*mul_constant: 2/);
  t.match(gw.writer.view.get('graphql_ratelimiting_cost_decorations', cost?.id ?? ''), { mul_constant: 2 });
  t.match(await gw.config.reload('what we wrote'), { kind: 'unchanged' });
});

t.test('a custom entity goes as a whole, with the comment on it', async (t) => {
  const gw = await start(t);
  await gw.write((edit) => edit.remove('degraphql_routes', routeId));
  t.equal(await gw.read(), text.replace(/# the shortest[^]*# of the caller\n/, ''));
  await gw.write((edit) => edit.remove('services', edit.named('services', 'a')?.id ?? ''));
  t.notMatch(await gw.read(), 'custom_entities');
});

t.test('a link to a partial stays as it is written, until it changes', async (t) => {
  const gw = await start(t);
  const [plugin] = gw.writer.view.all('plugins');
  const id = plugin?.id ?? '';
  await gw.write((edit) => edit.update('plugins', id, { config: { minute: 7 } }));
  t.equal(await gw.read(), text.replace('minute: 5', 'minute: 7'));
  await t.rejects(
    gw.write((edit) => edit.remove('partials', edit.named('partials', 'cache')?.id ?? '')),
    { code: 4, fields: { '@referenced_by': 'plugins' } },
  );
  await gw.write((edit) => edit.update('plugins', id, { partials: null }));
  t.notMatch(await gw.read(), 'partials: [');
  await gw.write((edit) => edit.update('plugins', id, { partials: [{ name: 'cache' }] }));
  t.match(await gw.read(), 'path: config.redis');
  const partial = gw.writer.view.named('partials', 'cache');
  t.match(gw.writer.view.get('plugins', id), { partials: [{ id: partial?.id, path: 'config.redis' }] });
  t.match(await gw.config.reload('what we wrote'), { kind: 'unchanged' });
});
