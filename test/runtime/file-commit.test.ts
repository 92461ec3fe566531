import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { EntityEdit } from '../../src/config/store/entity-view.ts';
import { WriteRefused } from '../../src/runtime/config-writer.ts';
import { send } from '../support/http.ts';
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

/** Cannot be built from a config that says so. */
const brittle = {
  ...probe('brittle', 1, []),
  create: (config: unknown) => {
    if (JSON.stringify(config).includes('"breaks":true')) throw new Error('cannot be built');
    return {};
  },
};

t.test('a change that cannot run leaves the file as it was, to the byte', async (t) => {
  const own = `${text}plugins:
  - name: brittle
    config:
      key: \${{ env "DECK_KEY" }} # never write it here
`;
  const file = join(t.testdir({ 'kong.yml': own }), 'kong.yml');
  const gw = await startWritableGateway({ mode: 'file', files: [file], env, plugins: [brittle] });
  t.teardown(() => gw.close());
  const { hash, entities } = gw.gateway.snapshot;
  const id = entities.plugins[0]?.id ?? '';
  const breaking = (edit: EntityEdit): unknown =>
    edit.update('plugins', id, { config: { key: 'another', breaks: true } });
  await t.rejects(gw.writer.write(request, breaking), WriteRefused);
  t.equal(await readFile(file, 'utf8'), own);
  t.equal(gw.gateway.snapshot.hash, hash);
  t.notMatch(gw.log.text(), /cannot be taken back/);
  const posted = '_format_version: "3.0"\nplugins: [{name: brittle, config: {breaks: true}}]\n';
  t.match(await gw.writer.replaceConfig(posted, 'posted config'), { kind: 'unreadable', message: 'cannot be built' });
  t.equal(await readFile(file, 'utf8'), own);
  t.equal(gw.gateway.snapshot.hash, hash);
  await gw.writer.write(request, (edit) => edit.create('services', { name: 'b', host: 'h' }));
  t.same(namesOf(gw), ['a', 'b']);
});

t.test('a change by hand that cannot run is told of, and what was there runs on', async (t) => {
  const gw = await start(t, { plugins: [brittle] });
  const byHand = `${text}plugins: [{name: brittle, config: {breaks: true}}]\n`;
  await writeFile(gw.file, byHand);
  const write = (): Promise<unknown> =>
    gw.writer.write(request, (edit) => edit.create('services', { name: 'b', host: 'h' }));
  const refused = { status: 409, message: /^the config files were changed and cannot run.*: cannot be built$/ };
  await t.rejects(write(), refused);
  t.match(await gw.config.reload('by hand'), { kind: 'unreadable' });
  t.match(gw.config.status.lastFailure, { message: 'cannot be built' });
  await t.rejects(write(), refused);
  await t.rejects(gw.writer.replaceConfig('_format_version: "3.0"\n', 'posted config'), {
    status: 409,
    message: /changed meanwhile and cannot run \(cannot be built\)/,
  });
  t.equal(await gw.read(), byHand);
  t.same(namesOf(gw), ['a']);
  await writeFile(gw.file, text);
  await write();
  t.same(namesOf(gw), ['a', 'b']);
});

t.test('a template is shown where a write has put it', async (t) => {
  const own = `_format_version: "3.0"
services:
  - name: a
    host: h
    tags: [lit, '\${{ env "DECK_KEY" }}']
`;
  const file = join(t.testdir({ 'kong.yml': own }), 'kong.yml');
  const gw = await startWritableGateway({ mode: 'file', files: [file], env });
  t.teardown(() => gw.close());
  const id = gw.writer.view.named('services', 'a')?.id ?? '';
  const template = '${{ env "DECK_KEY" }}';
  for (const tags of [
    ['secret-key', 'lit'],
    [template, 'lit', 'more'],
  ]) {
    const row = await gw.writer.write(request, (edit) => edit.update('services', id, { tags }));
    t.match(gw.writer.originsOf(row), [{ path: ['tags', 0], text: template }]);
    t.equal(gw.gateway.snapshot.entities.services[0]?.tags?.[0], 'secret-key');
    t.notMatch(await readFile(file, 'utf8'), 'secret-key');
  }
});

t.test('ids in upper case in the file are the same ids', async (t) => {
  const own = `_format_version: "3.0"
services:
  - name: a
    id: 5FA9E468-0007-4D7E-9AEB-49CA9EDD6CCD # as it is
    host: h
`;
  const file = join(t.testdir({ 'kong.yml': own }), 'kong.yml');
  const gw = await startWritableGateway({ mode: 'file', files: [file] });
  t.teardown(() => gw.close());
  const id = '5fa9e468-0007-4d7e-9aeb-49ca9edd6ccd';
  await gw.writer.write(request, (edit) => edit.create('routes', { name: 'r', paths: ['/'], service: { id } }));
  for (const said of [id, id.toUpperCase()]) {
    await gw.writer.write(request, (edit) => edit.update('services', id, { id: said, retries: said.length }));
    await gw.writer.write(request, (edit) =>
      edit.replace('services', { by: 'id', text: said }, { name: 'a', host: said }),
    );
  }
  t.match(await readFile(file, 'utf8'), 'id: 5FA9E468-0007-4D7E-9AEB-49CA9EDD6CCD # as it is');
  t.equal((await send(`${gw.url}/`)).status, 503, 'nobody is called so');
});

t.test('marks of templates in texts do not keep the file from being written', async (t) => {
  const gw = await start(t);
  const body = '<p>{{ .Reason }}</p>\n{% if x %}\n';
  const plugin = await gw.writer.write(request, (edit) =>
    edit.create('plugins', { name: 'request-termination', config: { status_code: 503, body } }),
  );
  await gw.writer.write(request, (edit) => edit.create('consumers', { username: '{{ .Values.x }}' }));
  await gw.writer.write(request, (edit) => edit.remove('plugins', plugin.id));
  t.match(await gw.read(), /\{\{ \.Values\.x \}\}/);
  await appendFile(gw.file, '# {{- if .Values.more }}\n');
  await t.rejects(
    gw.writer.write(request, (edit) => edit.create('services', { name: 'b', host: 'h' })),
    { status: 409, message: /template/ },
  );
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
