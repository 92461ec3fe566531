import t from 'tap';
import { WritePace } from '../../src/runtime/write-pace.ts';

function work(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

t.test('the first group waits for a turn of the event loop only', async (t) => {
  const pace = new WritePace();
  let hasTurned = false;
  setImmediate(() => (hasTurned = true));
  await pace.next();
  t.ok(hasTurned);
});

t.test('after a group comes a rest twice as long as the group took', async (t) => {
  const pace = new WritePace();
  await pace.next();
  work(4);
  pace.done();
  const restsSince = performance.now();
  await pace.next();
  // Timers may be early by a fraction of a millisecond.
  t.ok(performance.now() - restsSince >= 7);
});

t.test('a rest is over when nobody has written for as long', async (t) => {
  const pace = new WritePace();
  await pace.next();
  work(3);
  pace.done();
  work(10);
  let turns = 0;
  const count = (): void => {
    turns++;
    if (turns < 1_000) setImmediate(count);
  };
  setImmediate(count);
  await pace.next();
  t.ok(turns <= 2, `${turns} turns of the event loop`);
  turns = 1_000;
});
