import t from 'tap';
import { checkLargeBodies, gigabyte } from './large-bodies.ts';

t.test('1 GB passes in both directions with less than 200 MB of memory', async (t) => {
  await checkLargeBodies(t, gigabyte, 200e6);
});
