import t from 'tap';
import type { Decision } from '../../../src/plugins/openid-connect/decision.ts';
import { FastLane, onlyAuthorization } from '../../../src/plugins/openid-connect/fast-lane.ts';

const decision: Decision = {
  kind: 'pass',
  source: null,
  consumer: null,
  credential: null,
  found: {},
  cleared: [],
  upstream: [],
  downstream: null,
};

const uncounted = () => ({ countHit: () => undefined });

t.test('an entry is used until its moment and not at it', (t) => {
  const lane = new FastLane(uncounted);
  lane.remember('Basic a', decision, 1000);
  t.equal(lane.find('Basic a', 999), decision);
  t.equal(lane.find('Basic a', 1000), null);
  t.equal(lane.find('Basic a', 0), null, 'it is gone then');
  t.end();
});

t.test('keys differ by every character, case too', (t) => {
  const lane = new FastLane(uncounted);
  lane.remember('Basic a', decision, 1000);
  t.equal(lane.find('basic a', 0), null);
  t.equal(lane.find('Basic a ', 0), null);
  t.end();
});

t.test('the oldest entries make room, and long keys are not kept', (t) => {
  const lane = new FastLane(uncounted);
  for (let at = 0; at <= 4096; at++) lane.remember(`Basic ${at}`, decision, 1000);
  t.equal(lane.find('Basic 0', 0), null);
  t.equal(lane.find('Basic 1', 0), decision);
  t.equal(lane.find('Basic 4096', 0), decision);
  const long = `Basic ${'a'.repeat(8 * 1024)}`;
  lane.remember(long, decision, 1000);
  t.equal(lane.find(long, 0), null);
  t.end();
});

t.test('long tokens are kept as long as all together are not too long', (t) => {
  const lane = new FastLane(uncounted);
  const token = (at: number): string => `Bearer ${'a'.repeat(8 * 1024 - 15)}${String(at).padStart(8, '0')}`;
  for (let at = 0; at < 513; at++) lane.remember(token(at), decision, 1000);
  t.equal(lane.find(token(0), 0), null);
  t.equal(lane.find(token(1), 0), decision);
  for (let at = 0; at < 2000; at++) lane.remember(token(1), decision, 1000);
  t.equal(lane.find(token(2), 0), decision, 'one that comes again counts once');
  t.end();
});

t.test('tokens that end alike are not taken for each other', (t) => {
  const lane = new FastLane(uncounted);
  const token = (start: string): string => `Bearer ${start}${'a'.repeat(400)}`;
  lane.remember(token('x'), decision, 1000);
  t.equal(lane.find(token('y'), 0), null);
  t.equal(lane.find(token('x'), 0), decision);
  const other = { ...decision };
  lane.remember(token('y'), other, 1000);
  t.equal(lane.find(token('y'), 0), other);
  t.equal(lane.find(token('x'), 0), null, 'one of them is remembered');
  t.end();
});

t.test('a hit is counted where the decision says, a miss is not', (t) => {
  let hits = 0;
  const lane = new FastLane(() => ({ countHit: () => (hits += 1) }));
  lane.remember('Basic a', decision, 1000);
  lane.find('Basic a', 0);
  lane.find('Basic b', 0);
  lane.find('Basic a', 1000);
  t.equal(hits, 1);
  t.end();
});

t.test('clear forgets everything', (t) => {
  const lane = new FastLane(uncounted);
  lane.remember('Basic a', decision, 1000);
  lane.clear();
  t.equal(lane.find('Basic a', 0), null);
  t.end();
});

t.test('nothing of it can be inspected', (t) => {
  const lane = new FastLane(uncounted);
  lane.remember('Basic c2VjcmV0', decision, 1000);
  t.equal(JSON.stringify(lane), '{}');
  t.end();
});

t.test('only a single Authorization header counts, in any case', (t) => {
  t.equal(onlyAuthorization(['Host', 'h', 'AUTHORIZATION', 'Basic a']), 'Basic a');
  t.equal(onlyAuthorization(['Authorization', 'Basic a', 'authorization', 'Basic b']), null);
  t.equal(onlyAuthorization(['Authorizatio_', 'Basic a', 'X', 'Authorization']), null);
  t.equal(onlyAuthorization([]), null);
  t.end();
});
