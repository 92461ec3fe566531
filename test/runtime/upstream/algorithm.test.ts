import t, { type Test } from 'tap';
import type { Algorithm } from '../../../src/runtime/upstream/algorithm/algorithm.ts';
import { ConsistentHashing } from '../../../src/runtime/upstream/algorithm/consistent-hashing.ts';
import { Latency, measure } from '../../../src/runtime/upstream/algorithm/latency.ts';
import { LeastConnections } from '../../../src/runtime/upstream/algorithm/least-connections.ts';
import { RoundRobin } from '../../../src/runtime/upstream/algorithm/round-robin.ts';
import { Endpoint, Member } from '../../../src/runtime/upstream/endpoint.ts';
import { balancerInput } from '../../support/balancer-input.ts';
import { FakeClock } from '../../support/clock.ts';

const PICKS = 100_000;
const none: readonly Endpoint[] = [];

function members(...weights: readonly number[]): Member[] {
  return weights.map((weight, index) => {
    const address = `10.0.0.${index + 1}`;
    return new Member(new Endpoint(address, 80), weight, address);
  });
}

/** Share of each member in percent over {@link PICKS} picks. */
function shares(algorithm: Algorithm, list: readonly Member[], onPick?: (member: Member) => void): number[] {
  const counts = new Map(list.map((member) => [member, 0]));
  for (let pick = 0; pick < PICKS; pick++) {
    const member = algorithm.pick(balancerInput({ path: `/${pick}` }), none)!;
    counts.set(member, counts.get(member)! + 1);
    onPick?.(member);
  }
  return list.map((member) => (counts.get(member)! / PICKS) * 100);
}

function within(t: Test, actual: readonly number[], expected: readonly number[], tolerance: number): void {
  for (const [index, share] of expected.entries()) {
    t.ok(Math.abs(actual[index]! - share) <= tolerance, `${actual[index]!.toFixed(2)}% of ${share}%`);
  }
}

void t.test('round-robin gives each its weight, within 1% over 100,000 picks', (t) => {
  for (const weights of [
    [1, 1, 1],
    [100, 50, 10],
    [65_535, 1, 1000],
  ]) {
    const list = members(...weights);
    const algorithm = new RoundRobin();
    algorithm.update(list);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    within(
      t,
      shares(algorithm, list),
      weights.map((weight) => (weight / sum) * 100),
      0.01,
    );
  }
  t.end();
});

void t.test('round-robin takes turns instead of sending runs to the heaviest', (t) => {
  const list = members(5, 1, 1);
  const algorithm = new RoundRobin();
  algorithm.update(list);
  const order = Array.from({ length: 7 }, () => list.indexOf(algorithm.pick(balancerInput(), none)!));
  t.same(order, [0, 0, 1, 0, 2, 0, 0]);
  t.end();
});

void t.test('least-connections fills up by weight, and goes where the fewest are', (t) => {
  const list = members(300, 200, 100);
  const algorithm = new LeastConnections();
  algorithm.update(list);
  within(
    t,
    shares(algorithm, list, ({ endpoint }) => endpoint.inFlight++),
    [50, 100 / 3, 100 / 6],
    0.01,
  );
  list[2]!.endpoint.inFlight = 0;
  t.equal(algorithm.pick(balancerInput(), none), list[2]);
  t.end();
});

void t.test('least-connections lets idle equals take turns', (t) => {
  const list = members(10, 10, 10);
  const algorithm = new LeastConnections();
  algorithm.update(list);
  within(t, shares(algorithm, list), [100 / 3, 100 / 3, 100 / 3], 0.01);
  t.end();
});

void t.test('latency prefers the fast, and tries the slow again in time', (t) => {
  const clock = new FakeClock();
  const list = members(10, 10, 10);
  const algorithm = new Latency(clock);
  for (const [index, member] of list.entries()) measure(member.endpoint, [10, 10, 500][index]!, clock.now());
  algorithm.update(list);
  const [, , slow] = shares(algorithm, list);
  t.equal(slow, 0, 'the slow one loses against each of the others');
  clock.advance(60_000);
  measure(list[0]!.endpoint, 10, clock.now());
  measure(list[1]!.endpoint, 10, clock.now());
  const [, , later] = shares(algorithm, list);
  t.ok(later! > 10, 'what was measured a minute ago hardly counts any more');
  t.end();
});

void t.test('latency lets a newcomer start with the average', (t) => {
  const clock = new FakeClock();
  const list = members(10, 10, 10);
  measure(list[0]!.endpoint, 10, clock.now());
  measure(list[1]!.endpoint, 30, clock.now());
  new Latency(clock).update(list);
  t.equal(list[2]!.endpoint.latencyMs, 20);
  t.end();
});

void t.test('consistent hashing sends a key to one member, and keys to members by weight', (t) => {
  const list = members(100, 200, 700);
  const algorithm = byPath();
  algorithm.update(list);
  within(t, shares(algorithm, list), [10, 20, 70], 1);
  const input = balancerInput({ path: '/one' });
  const first = algorithm.pick(input, none);
  t.ok(Array.from({ length: 100 }, () => algorithm.pick(input, none)).every((member) => member === first));
  t.end();
});

void t.test('a member that leaves moves its own keys and no others', (t) => {
  for (const count of [3, 10]) {
    const list = members(...Array<number>(count).fill(100));
    for (const leaving of list) {
      const before = assignments(list);
      const after = assignments(list.filter((member) => member !== leaving));
      const moved = before.filter((member, key) => member !== after[key]);
      t.ok(
        moved.every((member) => member === leaving),
        'only keys of the one that left',
      );
      t.ok(
        moved.length / before.length <= 1.1 / count,
        `${moved.length} of ${before.length} keys with ${count} members`,
      );
    }
  }
  t.end();
});

void t.test('two gateways agree, whatever the order of their targets', (t) => {
  const list = members(100, 50, 70);
  const here = assignments(list).map(({ endpoint }) => endpoint.address);
  const there = assignments(members(100, 50, 70).reverse()).map(({ endpoint }) => endpoint.address);
  t.same(here, there);
  t.end();
});

void t.test('a retry goes to another member, with every algorithm', (t) => {
  const list = members(10, 10);
  for (const algorithm of [new RoundRobin(), new LeastConnections(), new Latency(new FakeClock()), byPath()]) {
    algorithm.update(list);
    const first = algorithm.pick(balancerInput(), none)!;
    const second = algorithm.pick(balancerInput(), [first.endpoint])!;
    t.not(second, first);
    t.equal(algorithm.pick(balancerInput(), [first.endpoint, second.endpoint]), null);
    algorithm.update([]);
    t.equal(algorithm.pick(balancerInput(), none), null);
  }
  t.end();
});

void t.test('requests without a key are spread evenly', (t) => {
  const list = members(10, 10);
  const algorithm = new ConsistentHashing(() => undefined, 1000);
  algorithm.update(list);
  within(t, shares(algorithm, list), [50, 50], 0.01);
  t.end();
});

function byPath(): ConsistentHashing {
  return new ConsistentHashing(({ path }) => path, 10_000);
}

function assignments(list: readonly Member[]): Member[] {
  const algorithm = byPath();
  algorithm.update(list);
  return Array.from({ length: 10_000 }, (_, key) => algorithm.pick(balancerInput({ path: `/${key}` }), none)!);
}
