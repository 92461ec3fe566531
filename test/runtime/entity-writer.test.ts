import t from 'tap';
import { EntityProblem } from '../../src/config/store/entity-problem.ts';
import { WriteRefused } from '../../src/runtime/config-writer.ts';
import type { AcceptedWrite } from '../../src/runtime/entity-writer.ts';
import { send } from '../support/http.ts';
import { probe } from '../support/probe-plugin.ts';
import { startUpstream } from '../support/upstream.ts';
import { startWritableGateway } from '../support/writable-gateway.ts';

const request = { remote: '127.0.0.1', method: 'POST', path: '/services' };

t.test('the request after an answered write sees it', async (t) => {
  const upstream = await startUpstream();
  const gw = await startWritableGateway();
  t.teardown(() => Promise.all([gw.close(), upstream.close()]));
  t.equal((await send(`${gw.url}/a/anything`)).status, 404);
  const service = await gw.writer.write(request, (edit) => edit.create('services', { name: 's', url: upstream.url }));
  for (const path of ['/a', '/b', '/c']) {
    await gw.writer.write(request, (edit) =>
      edit.create('routes', { name: path.slice(1), paths: [path], service: { id: service.id } }),
    );
    t.equal((await send(`${gw.url}${path}/anything`)).status, 200);
  }
  await gw.writer.write(request, (edit) => edit.remove('routes', edit.named('routes', 'b')?.id ?? ''));
  t.equal((await send(`${gw.url}/b/anything`)).status, 404);
  t.equal((await send(`${gw.url}/c/anything`)).status, 200);
  t.equal(gw.writer.view.all('routes').length, 2);
  t.equal(gw.writer.unsavedChanges, 5);
});

t.test('writes that wait together are compiled together, and each has its own answer', async (t) => {
  const gw = await startWritableGateway();
  t.teardown(() => gw.close());
  const writes = Array.from({ length: 2000 }, (_, index) =>
    gw.writer.write(request, (edit) => edit.create('services', { name: `s${index % 1990}`, host: 'h' })),
  );
  const outcomes = await Promise.allSettled(writes);
  const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  t.equal(failed.length, 10);
  t.ok(failed.every((error) => error instanceof EntityProblem && error.code === 5));
  t.equal(gw.gateway.snapshot.entities.services.length, 1990);
  t.equal(gw.writer.counters.writes, 1990);
  t.ok(gw.writer.counters.commits < 500, `${gw.writer.counters.commits} configs were made`);
});

t.test('a flood of writes leaves turns of the event loop to others', async (t) => {
  const gw = await startWritableGateway();
  t.teardown(() => gw.close());
  // As a client with ten connections: each writes again when it has its answer.
  let [turns, isOver, sharesATurn] = [0, false, 0];
  let answeredAt = -1;
  const client = async (name: string): Promise<void> => {
    for (let count = 0; count < 50; count++) {
      await gw.writer.write(request, (edit) => edit.create('services', { name: `${name}-${count}`, host: 'h' }));
      if (answeredAt === turns) sharesATurn++;
      answeredAt = turns;
    }
  };
  const others = (): void => {
    turns++;
    if (!isOver) setImmediate(others);
  };
  others();
  await Promise.all(Array.from({ length: 10 }, (_, index) => client(`s${index}`)));
  isOver = true;
  t.equal(sharesATurn, 0, 'no two answers were made in the same turn');
  t.ok(gw.writer.counters.commits < 250, `${gw.writer.counters.commits} configs were made of 500 writes`);
});

t.test('an edit that throws half-way leaves nothing, and does not disturb the others', async (t) => {
  const gw = await startWritableGateway();
  t.teardown(() => gw.close());
  const failing = gw.writer.write(request, (edit) => {
    edit.create('services', { name: 'gone', host: 'h' });
    throw new RangeError('of its own');
  });
  const good = gw.writer.write(request, (edit) => edit.create('services', { name: 'good', host: 'h' }));
  await t.rejects(failing, RangeError);
  await good;
  t.same(
    gw.gateway.snapshot.entities.services.map(({ name }) => name),
    ['good'],
  );
  t.equal(gw.writer.counters.commits, 1);
});

t.test('of a group that cannot be compiled only the guilty one is refused', async (t) => {
  const accepted: AcceptedWrite[] = [];
  const broken = {
    ...probe('broken', 1, []),
    create: () => {
      throw new Error('cannot be built');
    },
  };
  const gw = await startWritableGateway({ onAccepted: (write) => accepted.push(write), plugins: [broken] });
  t.teardown(() => gw.close());
  const [first, guilty, last] = await Promise.allSettled([
    gw.writer.write(request, (edit) => edit.create('services', { name: 'first', host: 'h' })),
    gw.writer.write(request, (edit) => {
      edit.create('services', { name: 'with-it', host: 'h' });
      return edit.create('plugins', { name: 'broken' });
    }),
    gw.writer.write(request, (edit) => edit.create('services', { name: 'last', host: 'h' })),
  ]);
  t.equal(first.status, 'fulfilled');
  t.match(guilty, { status: 'rejected', reason: { name: 'WriteRefused', status: 400, message: 'cannot be built' } });
  t.equal(last.status, 'fulfilled');
  t.same(
    gw.writer.view
      .all('services')
      .map(({ name }) => name)
      .sort(),
    ['first', 'last'],
  );
  t.same(
    accepted.map(({ changes }) => changes.map(({ kind }) => kind)),
    [['services'], ['services']],
  );
});

t.test('a loaded config takes the place of what was written, and the log says how much', async (t) => {
  const gw = await startWritableGateway();
  t.teardown(() => gw.close());
  await gw.writer.write(request, (edit) => edit.create('services', { name: 'written', host: 'h' }));
  gw.config.loadText('_format_version: "3.0"\nservices: [{name: loaded, host: h}]\n', 'kong.yml');
  t.same(
    gw.writer.view.all('services').map(({ name }) => name),
    ['loaded'],
  );
  t.equal(gw.writer.unsavedChanges, 0);
  t.match(
    gw.log.lines().find(({ replaced }) => replaced !== undefined),
    { replaced: 1 },
  );
  await gw.writer.write(request, (edit) => edit.create('services', { name: 'more', host: 'h' }));
  t.same(
    gw.gateway.snapshot.entities.services.map(({ name }) => name),
    ['loaded', 'more'],
  );
});

t.test('writes are refused where they are off, and reads are not', async (t) => {
  const gw = await startWritableGateway({ mode: 'off' });
  t.teardown(() => gw.close());
  await t.rejects(
    gw.writer.write(request, () => null),
    WriteRefused,
  );
  gw.config.loadText('_format_version: "3.0"\nservices: [{name: loaded, host: h}]\n', 'kong.yml');
  t.ok(gw.writer.view.named('services', 'loaded'));
});
