import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Inspection } from '../../src/config/load-config.ts';
import { EntityStore } from '../../src/config/store/entity-store.ts';
import type { EntityEdit } from '../../src/config/store/entity-view.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { FileTarget } from '../../src/runtime/file-target.ts';
import { readSourceFile } from '../../src/runtime/source-files.ts';
import type { CommitOutcome } from '../../src/runtime/write-target.ts';
import { CapturedLog } from '../support/captured-log.ts';
import { loadTexts, secretEnv } from '../support/edited-config.ts';

const orders = `_format_version: "3.0"
services:
- name: orders   # the first
  url: http://orders.test:80
  tags: ['\${{ env "DECK_SECRET" }}']
`;

/** A target and a store over files, as the writer of mode `file` has them. */
class Files {
  readonly target: FileTarget;
  readonly log = new CapturedLog();
  readonly paths: readonly string[];
  #store: EntityStore | null = null;

  constructor(paths: readonly string[]) {
    this.paths = paths;
    const options = { files: paths, catalog: pluginCatalog, env: secretEnv, load: loadTexts, log: this.log };
    this.target = new FileTarget(options);
  }

  async open(): Promise<this> {
    const files = await Promise.all(this.paths.map(readSourceFile));
    this.adopt(loadTexts(files.map(({ source }) => source)));
    return this;
  }

  adopt(inspection: Inspection): void {
    const { entities } = inspection;
    if (entities === null) throw new Error('the files have errors');
    this.target.adopt(inspection);
    this.#store = new EntityStore(entities, {
      ...{ catalog: pluginCatalog, allowPlugins: [], routerFlavor: null },
      now: () => 0,
      warn: () => undefined,
    });
  }

  async edit(edit: (entities: EntityEdit) => unknown): Promise<CommitOutcome> {
    const store = this.#store;
    if (store === null) throw new Error('not open');
    store.run(edit);
    const candidate = store.candidate();
    const outcome = await this.target.commit(store.changes, candidate);
    if (outcome.kind === 'written') store.commit(candidate);
    else store.rollBack();
    return outcome;
  }
}

function addRoute(entities: EntityEdit): unknown {
  const service = entities.named('services', 'orders');
  return entities.create('routes', { name: 'new', paths: ['/new'], service: { id: service?.id ?? '' } });
}

void t.test('a change is in the file once it is answered, and the change on disk is known as our own', async (t) => {
  const path = join(t.testdir({ 'kong.yml': `\uFEFF${orders.replaceAll('\n', '\r\n')}` }), 'kong.yml');
  const files = await new Files([path]).open();
  t.equal((await files.edit(addRoute)).kind, 'written');
  const text = readFileSync(path, 'utf8');
  t.ok(text.startsWith('\uFEFF'), 'the byte order mark is kept');
  t.notOk(/[^\r]\n/.test(text), 'so are the ends of lines');
  t.match(text, /name: orders {3}# the first\r\n/);
  t.match(text, /routes:\r\n {2}- name: new\r\n/);
  t.ok(text.includes('${{ env "DECK_SECRET" }}'));
  t.ok(files.target.holds([(await readSourceFile(path)).source]));
});

void t.test('a hand edit since the load is not lost: it is loaded, and the change made again on top', async (t) => {
  const path = join(t.testdir({ 'kong.yml': orders }), 'kong.yml');
  const files = await new Files([path]).open();
  writeFileSync(path, `${orders}- name: by-hand # mine\n  host: hand.test\n`);
  const outcome = await files.edit(addRoute);
  t.equal(outcome.kind, 'changed');
  t.notMatch(readFileSync(path, 'utf8'), /name: new/);
  if (outcome.kind === 'changed') files.adopt(outcome.inspection);
  t.equal((await files.edit(addRoute)).kind, 'written');
  const text = readFileSync(path, 'utf8');
  t.match(text, /- name: by-hand # mine\n {2}host: hand.test\n/);
  t.match(text, /name: new/);
});

void t.test('a hand edit after the write stands, and the next change starts from it', async (t) => {
  const path = join(t.testdir({ 'kong.yml': orders }), 'kong.yml');
  const files = await new Files([path]).open();
  t.equal((await files.edit(addRoute)).kind, 'written');
  writeFileSync(path, readFileSync(path, 'utf8').replace('# the first', '# the very first'));
  t.notOk(files.target.holds([(await readSourceFile(path)).source]));
  t.equal((await files.edit((entities) => entities.create('consumers', { username: 'eva' }))).kind, 'changed');
  t.match(readFileSync(path, 'utf8'), /# the very first/);
});

void t.test('a hand edit with an error is left for its author: nothing is written, the place is named', async (t) => {
  const path = join(t.testdir({ 'kong.yml': orders }), 'kong.yml');
  const files = await new Files([path]).open();
  const broken = `${orders}- name: half\n`;
  writeFileSync(path, broken);
  const outcome = await files.edit(addRoute);
  t.match(outcome, { kind: 'refused', status: 409, change: null });
  t.match(outcome.kind === 'refused' ? outcome.message : '', /kong\.yml:6: /);
  t.equal(readFileSync(path, 'utf8'), broken);
});

void t.test('a failure of the disk is a 500, and the file stays as it was', async (t) => {
  const folder = t.testdir({ 'kong.yml': orders });
  const path = join(folder, 'kong.yml');
  const files = await new Files([path]).open();
  // A directory stands where the new content would be written first.
  const { mkdirSync } = await import('node:fs');
  mkdirSync(join(folder, `.kong.yml.gw-${process.pid}`));
  const outcome = await files.edit(addRoute);
  t.match(outcome, { kind: 'refused', status: 500 });
  t.equal(readFileSync(path, 'utf8'), orders);
});

void t.test('of several files each entity stays in its own, new ones go to the first', async (t) => {
  const folder = t.testdir({
    'a.yml': orders,
    'b.yml': '_format_version: "3.0"\nservices:\n- name: users # two\n  host: u.test\n',
  });
  const paths = [join(folder, 'a.yml'), join(folder, 'b.yml')];
  const files = await new Files(paths).open();
  const outcome = await files.edit((entities) => {
    const users = entities.named('services', 'users')?.id ?? '';
    entities.update('services', users, { retries: 1 });
    entities.create('routes', { name: 'in-b', paths: ['/u'], service: { id: users } });
    entities.create('services', { name: 'third', host: 't.test' });
  });
  t.equal(outcome.kind, 'written');
  const [a = '', b = ''] = paths.map((path) => readFileSync(path, 'utf8'));
  t.match(a, /- name: third/);
  t.match(b, /- name: users # two\n {2}host: u\.test\n {2}retries: 1\n {2}routes:\n {2}- name: in-b\n/);
  t.match(await files.target.replaceText(orders), { kind: 'refused', status: 409 }, 'one text cannot replace both');
});

void t.test('a posted config is written as it came', async (t) => {
  const path = join(t.testdir({ 'kong.yml': orders }), 'kong.yml');
  const files = await new Files([path]).open();
  const posted = '# mine\n_format_version: "3.0"\nservices: []\n';
  t.equal((await files.target.replaceText(posted)).kind, 'written');
  t.equal(readFileSync(path, 'utf8'), posted);
  t.match(await files.target.replaceText('services: 5'), { kind: 'refused', status: 409 });
  t.equal(readFileSync(path, 'utf8'), posted);
  t.notOk(existsSync(`${path}.bak`));
});

void t.test('a value in place of a reference is noted in the log, without the value', async (t) => {
  const path = join(t.testdir({ 'kong.yml': orders }), 'kong.yml');
  const files = await new Files([path]).open();
  await files.edit((entities) =>
    entities.update('services', entities.named('services', 'orders')?.id ?? '', { tags: ['plain-text'] }),
  );
  t.match(readFileSync(path, 'utf8'), /tags: \['plain-text'\]/);
  t.match(files.log.lines, [{ level: 'warn', message: /reference to the environment/ }]);
  t.notMatch(files.log.text(), /plain-text|env-value/);
});
