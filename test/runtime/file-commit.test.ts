import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { WriteRefused } from '../../src/runtime/config-writer.ts';
import { probe } from '../support/probe-plugin.ts';
import { startWritableGateway, type WritableGateway, type WritableOptions } from '../support/writable-gateway.ts';

const request = { remote: '127.0.0.1', method: 'PATCH', path: '/services/a' };

const text = `_format_version: "3.0"
# all that is served
services:
  - name: a # the first
    host: \${{ env "DECK_HOST" }}
consumers:
  - username: u
    keyauth_credentials:
      - key: '\${{ env "DECK_KEY" }}'
`;

const env = { DECK_HOST: 'secret-host', DECK_KEY: 'secret-key' };

interface FileGateway extends WritableGateway {
  read(): Promise<string>;
  readonly file: string;
}

async function start(t: Test, options: WritableOptions = {}): Promise<FileGateway> {
  const file = join(t.testdir({ 'kong.yml': text }), 'kong.yml');
  const gw = await startWritableGateway({ mode: 'file', files: [file], env, ...options });
  t.teardown(() => gw.close());
  return { ...gw, file, read: () => readFile(file, 'utf8') };
}

const namesOf = (gw: WritableGateway): readonly unknown[] =>
  gw.gateway.snapshot.entities.services.map(({ name }) => name);

t.test('an answered write is in the file and in force, and no file is behind', async (t) => {
  const gw = await start(t);
  await gw.writer.write(request, (edit) =>
    edit.update('services', edit.named('services', 'a')?.id ?? '', { retries: 7 }),
  );
  t.equal(
    await gw.read(),
    text.replace('    host', '    retries: 7\n    host').replace(/( {4}retries: 7\n)(.*\n)/, '$2$1'),
  );
  t.equal(gw.gateway.snapshot.entities.services[0]?.retries, 7);
  t.equal(gw.writer.unsavedChanges, 0);
  const outcome = await gw.config.reload('what we wrote');
  t.match(outcome, { kind: 'unchanged', hash: gw.gateway.snapshot.hash });
});

t.test('many writes become few files', async (t) => {
  const gw = await start(t);
  const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
  await Promise.all(
    names.map((name) => gw.writer.write(request, (edit) => edit.create('services', { name, host: 'h' }))),
  );
  t.ok(gw.writer.counters.commits < 20, `${gw.writer.counters.commits} commits`);
  const { entities } = gw.config.inspect([{ name: 'kong.yml', text: await gw.read() }]);
  t.same(
    entities?.services.map(({ name }) => name),
    ['a', ...names],
  );
});

t.test('templates are shown as they are, and mean their values when they come back', async (t) => {
  const gw = await start(t);
  const [credential] = gw.writer.view.all('keyauth_credentials');
  const service = gw.writer.view.named('services', 'a');
  t.same(gw.writer.originsOf(credential ?? {}), [
    { path: ['key'], text: '${{ env "DECK_KEY" }}', value: 'secret-key' },
  ]);
  const row = await gw.writer.write(request, (edit) =>
    edit.replace('services', { by: 'name', text: 'a' }, { host: '${{ env "DECK_HOST" }}', retries: 2 }),
  );
  t.match(row, { id: service?.id, host: 'secret-host', retries: 2 });
  t.same(gw.writer.originsOf(row), [{ path: ['host'], text: '${{ env "DECK_HOST" }}', value: 'secret-host' }]);
  await gw.writer.write(request, (edit) => edit.update('services', row.id, { host: 'secret-host', port: 81 }));
  t.notMatch(await gw.read(), /secret-/);
  t.match(await gw.read(), 'host: ${{ env "DECK_HOST" }}');
});

t.test("somebody else's change of the file is taken over before ours is made", async (t) => {
  const gw = await start(t);
  await appendFile(gw.file, 'upstreams:\n  - name: by-hand\n');
  await gw.writer.write(request, (edit) => edit.create('services', { name: 'b', host: 'h' }));
  t.ok(gw.writer.view.named('upstreams', 'by-hand'));
  t.same(namesOf(gw), ['a', 'b']);
  t.match(await gw.read(), 'by-hand');
});

t.test('nothing is lost when the file has an error by then, or takes a service away that is written to', async (t) => {
  const gw = await start(t);
  const broken = `${text}routes: 5\n`;
  await writeFile(gw.file, broken);
  await t.rejects(
    gw.writer.write(request, (edit) => edit.create('services', { name: 'b', host: 'h' })),
    WriteRefused,
  );
  t.equal(await gw.read(), broken);
  t.same(namesOf(gw), ['a']);
  await writeFile(gw.file, '_format_version: "3.0"\n');
  await t.rejects(
    gw.writer.write(request, (edit) => {
      const found = edit.named('services', 'a');
      if (found === null) throw new RangeError('it is gone');
      return edit.update('services', found.id, { retries: 1 });
    }),
    RangeError,
  );
  t.same(namesOf(gw), []);
  await gw.writer.write(request, (edit) => edit.create('services', { name: 'c', host: 'h' }));
  t.same(namesOf(gw), ['c']);
});

t.test('what cannot run does not stay in the file, and takes no other write with it', async (t) => {
  const broken = {
    ...probe('broken', 1, []),
    create: () => {
      throw new Error('cannot be built');
    },
  };
  const gw = await start(t, { plugins: [broken] });
  const outcomes = await Promise.allSettled([
    gw.writer.write(request, (edit) => edit.create('services', { name: 'b', host: 'h' })),
    gw.writer.write(request, (edit) => edit.create('plugins', { name: 'broken' })),
    gw.writer.write(request, (edit) => edit.create('services', { name: 'c', host: 'h' })),
  ]);
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  t.same(namesOf(gw), ['a', 'b', 'c']);
  t.notMatch(await gw.read(), 'broken');
});

t.test('a whole config takes the place of the file, byte by byte, unless it has errors', async (t) => {
  const gw = await start(t);
  const posted = '_format_version: "3.0"\nservices: [{name: posted, host: h}] # as it is\n';
  t.match(await gw.writer.replaceConfig('_format_version: "3.0"\nservices: 5\n', 'posted config'), {
    kind: 'rejected',
  });
  t.equal(await gw.read(), text);
  t.match(await gw.writer.replaceConfig(posted, 'posted config'), { kind: 'applied' });
  t.equal(await gw.read(), posted);
  t.same(namesOf(gw), ['posted']);
  await gw.writer.write(request, (edit) => edit.create('services', { name: 'b', host: 'h' }));
  t.same(namesOf(gw), ['posted', 'b']);
});
