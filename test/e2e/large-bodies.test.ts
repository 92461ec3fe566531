import t from 'tap';
import { gigabyte, sendLargeBodies } from './large-bodies.ts';

// The limit proves that nothing is buffered. It leaves room for a garbage collector that comes late on a busy machine;
// the strict limit is checked by the end-to-end tests, which have the machine to themselves.
const limit = 300e6;

t.test('1 GB passes in both directions with flat memory', async (t) => {
  const peak = await sendLargeBodies(t, gigabyte);
  if (peak === null) t.comment('memory not checked: there is no /proc here');
  else t.ok(peak < limit, `at most ${Math.round(peak / 1e6)} MB`);
});
