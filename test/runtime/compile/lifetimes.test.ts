import t from 'tap';
import { Lifetimes } from '../../../src/runtime/compile/lifetimes.ts';

t.test('a part is given back with the last snapshot that uses it, whatever becomes of others', async (t) => {
  const lifetimes = new Lifetimes();
  const released: string[] = [];
  const first = lifetimes.open();
  // The second snapshot has neither "a" nor anything else of the first, but "b".
  void lifetimes.leaveOut(first, () => void released.push('a'));
  const second = lifetimes.open();
  void lifetimes.leaveOut(second, () => void released.push('b'));
  const third = lifetimes.open();
  await lifetimes.close(second);
  t.strictSame(released, ['b'], 'the first snapshot never had it');
  await lifetimes.close(first);
  t.strictSame(released, ['b', 'a']);
  await lifetimes.close(third);
  t.strictSame(released, ['b', 'a']);
});

t.test('a part waits for an old snapshot that has it when the newer ones are over', async (t) => {
  const lifetimes = new Lifetimes();
  const released: string[] = [];
  const [first, second] = [lifetimes.open(), lifetimes.open()];
  void lifetimes.leaveOut(first, () => void released.push('a'));
  lifetimes.open();
  await lifetimes.close(second);
  await lifetimes.close(second);
  t.strictSame(released, []);
  await lifetimes.close(first);
  t.strictSame(released, ['a']);
});

t.test('one part that cannot be given back keeps no other, and is reported', async (t) => {
  const lifetimes = new Lifetimes();
  const released: string[] = [];
  const first = lifetimes.open();
  void lifetimes.leaveOut(first, () => Promise.reject(new Error('stuck')));
  void lifetimes.leaveOut(first, () => void released.push('a'));
  await t.rejects(lifetimes.close(first), { message: 'stuck' });
  t.strictSame(released, ['a']);
});
