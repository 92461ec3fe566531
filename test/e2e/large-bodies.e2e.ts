import t from 'tap';
import { gigabyte, sendLargeBodies } from './large-bodies.ts';

const limit = 200e6;
const attempts = 3;

// The best of three: a collector starved by other processes comes late, which says nothing about what gw needs.
t.test('1 GB passes in both directions with less than 200 MB of memory', async (t) => {
  const peaks: number[] = [];
  while (peaks.length < attempts && !peaks.some((peak) => peak < limit)) {
    const peak = await sendLargeBodies(t, gigabyte);
    if (peak === null) {
      t.comment('memory not checked: there is no /proc here');
      return;
    }
    peaks.push(peak);
  }
  t.ok(Math.min(...peaks) < limit, `at most ${peaks.map((peak) => Math.round(peak / 1e6)).join(', ')} MB`);
});
