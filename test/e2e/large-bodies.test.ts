import t from 'tap';
import { checkLargeBodies, gigabyte } from './large-bodies.ts';

// The limit proves that nothing is buffered. It leaves room for a garbage collector that comes late on a busy machine;
// the strict limit is checked by the end-to-end tests, which have the machine to themselves.
t.test('1 GB passes in both directions with flat memory', async (t) => {
  await checkLargeBodies(t, gigabyte, 300e6);
});
