import t from 'tap';
import { firstDifference } from '../../../src/config/edit/same-entities.ts';
import type { EntityKind } from '../../../src/entities/kinds.ts';
import { editableSample } from '../../support/editable-sample.ts';
import { EditedConfig, loadTexts, secretEnv } from '../../support/edited-config.ts';
import { SeededRandom } from '../../support/random.ts';
import { RandomEdits } from '../../support/random-edits.ts';

/** Seeds, and changes made with each, in groups of one to four. */
const seeds = [11, 12, 13];
const changesPerSeed = 120;

/** Ids by the names that comments call entities by. */
const owners = ownersOf(new EditedConfig({ 'kong.yml': editableSample }));

for (const seed of seeds) {
  void t.test(
    `after ${changesPerSeed} random changes (seed ${seed}) the file says what runs, with all comments and no secret`,
    (t) => {
      const config = new EditedConfig({ 'kong.yml': editableSample });
      const random = new SeededRandom(seed);
      const edits = new RandomEdits(random);
      let written = 0;
      for (let made = 0; made < changesPerSeed; ) {
        const before = config.text();
        for (let left = 1 + random.below(4); left > 0; left--, made++)
          config.prepare((entities) => {
            edits.next(entities);
          });
        const result = config.commit();
        if (result.kind === 'edited') written++;
        else {
          t.equal(config.text(), before, 'a refusal changes nothing');
          t.match(result.message, /alias|merge key/, 'only what is shared by aliases is refused');
        }
        const text = config.text();
        const { entities, documents } = loadTexts([{ name: 'kong.yml', text }]);
        t.ok(documents[0]?.isReadable, 'it is YAML');
        if (entities !== null) t.equal(firstDifference(entities, config.entities), null, 'it says what runs');
        else t.fail('it has errors');
        t.strictSame(lostComments(text, config), [], 'comments of what exists are there');
        for (const secret of [secretEnv.DECK_SECRET, secretEnv.DECK_KEY]) t.notOk(text.includes(secret), 'no secret');
      }
      t.ok(written > changesPerSeed / 8, 'most changes are written');
      t.end();
    },
  );
}

/** Comments of the sample whose entities still exist, and which are gone. */
function lostComments(text: string, config: EditedConfig): readonly string[] {
  return [...editableSample.matchAll(/# \[([^\]]+)\][^\n]*/g)].flatMap(([comment, owner = '']) => {
    const known = owners.get(owner);
    const isAlive = owner === 'file' || (known !== undefined && config.view.get(known.kind, known.id) !== null);
    return isAlive && !text.includes(comment) ? [comment] : [];
  });
}

function ownersOf({ view }: EditedConfig): ReadonlyMap<string, { readonly kind: EntityKind; readonly id: string }> {
  const kinds = [
    ...(['services', 'routes', 'plugins', 'consumers', 'consumer_groups'] as const),
    ...(['upstreams', 'targets', 'keyauth_credentials'] as const),
  ];
  const found = new Map<string, { kind: EntityKind; id: string }>();
  for (const kind of kinds) {
    for (const row of view.all(kind)) {
      const tags = Array.isArray(row.tags) ? (row.tags as readonly string[]) : [];
      const marker = tags.find((tag) => tag.startsWith('own-'));
      const name = kind === 'consumers' ? row.username : kind === 'plugins' ? undefined : row.name;
      const called = marker ?? name;
      if (typeof called === 'string') found.set(called, { kind, id: row.id });
    }
  }
  return found;
}
