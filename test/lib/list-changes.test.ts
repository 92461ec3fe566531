import t from 'tap';
import { changesBetween } from '../../src/lib/list-changes.ts';
import { SeededRandom } from '../support/random.ts';

interface Item {
  readonly name: number;
}

const items = (count: number): Item[] => Array.from({ length: count }, (_, name) => ({ name }));

t.test('what came and what went is found, in the order of its list', (t) => {
  const [a, b, c, d] = items(4) as [Item, Item, Item, Item];
  t.strictSame(changesBetween([a, b, c], [a, b, c]), { removed: [], added: [] });
  t.strictSame(changesBetween([a, b, c], [a, d, c]), { removed: [b], added: [d] });
  t.strictSame(changesBetween([a, c], [b, a, c, d]), { removed: [], added: [b, d] });
  t.strictSame(changesBetween([a, b, c, d], [b, d]), { removed: [a, c], added: [] });
  t.strictSame(changesBetween([], [a, b]), { removed: [], added: [a, b] });
  t.end();
});

t.test('an object that only moved is no change', (t) => {
  const all = items(500);
  t.strictSame(changesBetween(all, [...all].reverse()), { removed: [], added: [] });
  t.strictSame(changesBetween(all, [...all.slice(1), all[0]!]), { removed: [], added: [] });
  t.end();
});

t.test('however many come, go and move, the changes are those of the sets', (t) => {
  const random = new SeededRandom(1);
  for (let run = 0; run < 200 && t.passing(); run++) {
    const before = items(random.below(300));
    const after = before.filter(() => random.below(10) > 0);
    for (let left = random.below(20); left > 0; left--)
      after.splice(random.below(after.length + 1), 0, { name: -left });
    for (let left = random.below(3); left > 0; left--) {
      after.push(...after.splice(random.below(after.length + 1), 100 * random.below(2)));
    }
    const { removed, added } = changesBetween(before, after);
    const [gone, come] = [
      before.filter((item) => !after.includes(item)),
      after.filter((item) => !before.includes(item)),
    ];
    const byName = (a: Item, b: Item): number => a.name - b.name;
    t.strictSame([...removed].sort(byName), gone.sort(byName), `run ${run}`);
    t.strictSame([...added].sort(byName), come.sort(byName), `run ${run}`);
  }
  t.end();
});
