import t from 'tap';
import { SingleFlight } from '../../src/lib/single-flight.ts';

void t.test('everyone who asks meanwhile gets the one result', async (t) => {
  const flights = new SingleFlight<string, number>();
  const { promise, resolve } = deferred<number>();
  let started = 0;
  const ask = () =>
    flights.run('key', () => {
      started += 1;
      return promise;
    });
  const all = [ask(), ask(), ask()];
  resolve(7);
  t.same(await Promise.all(all), [7, 7, 7]);
  t.equal(started, 1);
});

void t.test('a failure is shared by those who wait and by nobody else', async (t) => {
  const flights = new SingleFlight<string, number>();
  const fail = () => flights.run('key', () => Promise.reject(new Error('down')));
  const outcomes = await Promise.allSettled([fail(), fail()]);
  t.same(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.equal(await flights.run('key', () => Promise.resolve(1)), 1);
});

void t.test('keys do not wait for each other', async (t) => {
  const flights = new SingleFlight<string, string>();
  const never = deferred<string>();
  void flights.run('slow', () => never.promise);
  t.equal(await flights.run('other', () => Promise.resolve('done')), 'done');
});

void t.test('work that was forgotten knows that it is no longer wanted', async (t) => {
  const flights = new SingleFlight<string, boolean>();
  const gate = deferred<undefined>();
  const old = flights.run('key', async (isCurrent) => {
    await gate.promise;
    return isCurrent();
  });
  flights.forget('key');
  const newer = flights.run('key', async (isCurrent) => {
    await gate.promise;
    return isCurrent();
  });
  gate.resolve(undefined);
  t.equal(await old, false);
  t.equal(await newer, true);
  t.equal(flights.get('key'), undefined);
});

void t.test('work that ends at once leaves nothing behind', async (t) => {
  const flights = new SingleFlight<string, number>();
  await flights.run('key', () => Promise.resolve(1));
  t.equal(flights.get('key'), undefined);
});

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
