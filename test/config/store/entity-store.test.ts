import t, { type Test } from 'tap';
import { rowsOf } from '../../../src/config/store/entity-lists.ts';
import { EntityProblem } from '../../../src/config/store/entity-problem.ts';
import type { EntityStore } from '../../../src/config/store/entity-store.ts';
import { EntityTable } from '../../../src/config/store/entity-table.ts';
import type { EntityEdit, EntityView } from '../../../src/config/store/entity-view.ts';
import { allKinds, type EntityKind, entityKinds } from '../../../src/entities/kinds.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { byId } from '../../../src/config/store/row-index.ts';
import { newStore } from '../../support/entity-store.ts';
import { entryOf, modelKinds, NaiveEntities } from '../../support/naive-entities.ts';
import { SeededRandom } from '../../support/random.ts';

const ids = Array.from({ length: 12 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);

/** Few ids and names, so that they meet often. */
function randomFields(kind: EntityKind, random: SeededRandom): JsonObject {
  const ref = (): JsonObject => ({ id: random.pick(ids) });
  const name = random.below(3) === 0 ? null : `n${random.below(6)}`;
  switch (kind) {
    case 'services':
      return { name, host: 'h' };
    case 'routes':
      return { name, paths: ['/'], service: random.below(4) === 0 ? null : ref() };
    case 'consumers':
      return { username: `u${random.below(6)}`, custom_id: name };
    case 'consumer_group_consumers':
      return { consumer: ref(), consumer_group: ref() };
    case 'targets':
      return { target: `h${random.below(3)}:80`, upstream: ref() };
    case 'acls':
      return { group: `g${random.below(3)}`, consumer: ref() };
    default:
      return { name: `n${random.below(6)}` };
  }
}

function codeOf(run: () => unknown): number | null {
  try {
    run();
    return null;
  } catch (error) {
    if (!(error instanceof EntityProblem)) throw error;
    return error.code;
  }
}

/** One random step in both; the codes of their problems. */
function step(edit: EntityEdit, model: NaiveEntities, random: SeededRandom): readonly [number | null, number | null] {
  const kind = random.pick(modelKinds);
  const id = random.pick(ids);
  if (random.below(4) === 0) return [codeOf(() => edit.remove(kind, id)), model.remove(kind, id)];
  const fields = randomFields(kind, random);
  if (random.below(3) === 0) {
    const isTaken = model.list(kind).some((row) => row.id === id);
    return [codeOf(() => edit.create(kind, { id, ...fields })), isTaken ? 3 : model.put(kind, { id, ...fields })];
  }
  return [codeOf(() => edit.replace(kind, { by: 'id', text: id }, fields)), model.put(kind, { id, ...fields })];
}

/** Everything that can be asked of a view, as one value. */
function everything(view: EntityView): unknown {
  const names = Array.from({ length: 6 }, (_, index) => [`n${index}`, `u${index}`]).flat();
  return modelKinds.map((kind) => [
    view.all(kind),
    names.map((name) => view.named(kind, name)?.id ?? null),
    Object.keys(entityKinds[kind].references).map((field) => ids.map((id) => view.referring(kind, field, id))),
  ]);
}

function sayTheSame(t: Test, store: EntityStore, model: NaiveEntities): void {
  const candidate = store.candidate();
  for (const kind of modelKinds) {
    // One that was removed and made again within a commit stays where it was.
    const expected = model.list(kind);
    const fields = ['id', ...Object.keys(expected[0] ?? {}).filter((field) => field !== 'id')];
    t.same(
      [...rowsOf(candidate, kind)].sort(byId).map((row) => entryOf(row, fields)),
      [...expected].sort(byId).map((row) => entryOf(row, fields)),
      kind,
    );
  }
  t.same(
    store.run((edit) => everything(edit)),
    everything(new EntityTable(candidate)),
    'indexes',
  );
}

t.test('random edits, undone and committed, are those of a naive model', (t) => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = new SeededRandom(seed);
    const { store } = newStore();
    let committed = new NaiveEntities();
    for (let round = 0; round < 25; round++) {
      const model = new NaiveEntities();
      model.rows = committed.rows;
      const before = everything(store.view);
      for (let transaction = 0; transaction < 4; transaction++) {
        const start = model.rows;
        const codes: (readonly [number | null, number | null])[] = [];
        const fails = random.below(4) === 0;
        try {
          store.run((edit) => {
            for (let count = random.below(6); count >= 0; count--) codes.push(step(edit, model, random));
            if (fails) throw new RangeError('on purpose');
          });
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          model.rows = start;
        }
        t.same(
          codes.map(([ours]) => ours),
          codes.map(([, expected]) => expected),
          `seed ${seed}, round ${round}`,
        );
      }
      sayTheSame(t, store, model);
      t.same(everything(store.view), before, 'readers see nothing of it');
      if (random.below(3) === 0) store.rollBack();
      else {
        store.commit(store.candidate());
        committed = model;
      }
      t.same(everything(store.view), everything(new EntityTable(store.entities)), 'committed');
    }
    sayTheSame(t, store, committed);
  }
  t.end();
});

t.test('what did not change is the same list and the same objects', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    for (let index = 0; index < 5; index++) edit.create('services', { name: `s${index}`, host: 'h' });
    edit.create('consumers', { username: 'u' });
    edit.create('keyauth_credentials', { key: 'k', consumer: { id: edit.named('consumers', 'u')?.id ?? '' } });
  });
  store.commit(store.candidate());
  const before = store.entities;
  store.run((edit) => edit.update('services', edit.named('services', 's2')?.id ?? '', { retries: 1 }));
  const after = store.candidate();
  for (const kind of allKinds) t.equal(rowsOf(after, kind) === rowsOf(before, kind), kind !== 'services', kind);
  t.equal(after.others, before.others);
  t.same(
    after.services.map((row, index) => row === before.services[index]),
    [true, true, false, true, true],
  );
  store.rollBack();
  t.equal(store.candidate(), before);
  store.run((edit) => edit.remove('keyauth_credentials', edit.all('keyauth_credentials')[0]?.id ?? ''));
  t.same(store.candidate().others, {}, 'kinds without entities are left out');
  t.end();
});
