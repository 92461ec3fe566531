import t from 'tap';
import { decodeResponse, encodeQuery } from '../../../src/runtime/upstream/dns/dns-message.ts';
import { SeededRandom } from '../../support/random.ts';

const NAME = 'api.test';

/** A response to a question for {@link NAME}: the question, and this as its only answer. */
function response(type: 'A' | 'AAAA' | 'SRV', answer: readonly number[]): Buffer {
  const message = Buffer.concat([encodeQuery(7, NAME, type), Buffer.from(answer)]);
  message.writeUInt16BE(0x8180, 2);
  message.writeUInt16BE(1, 6);
  return message;
}

/** `api.test` as a pointer to the question, class IN, TTL 60. */
const record = (type: number, data: readonly number[]): number[] => [
  0xc0,
  12,
  0,
  type,
  0,
  1,
  0,
  0,
  0,
  60,
  0,
  data.length,
  ...data,
];

void t.test('addresses are written as RFC 5952 has them', (t) => {
  for (const [groups, text] of [
    [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], '2001:db8::1'],
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0x2001, 0, 0, 1, 0, 0, 0, 1], '2001:0:0:1::1'],
    [[1, 2, 3, 4, 5, 6, 7, 8], '1:2:3:4:5:6:7:8'],
    [[0xfe80, 0, 0, 0, 0, 0, 0, 0], 'fe80::'],
  ] as const) {
    const data = groups.flatMap((group) => [group >> 8, group & 0xff]);
    t.match(decodeResponse(response('AAAA', record(28, data)), 7, NAME, 'AAAA'), { records: [{ address: text }] });
  }
  t.end();
});

void t.test('answers to other questions are none', (t) => {
  const message = response('A', record(1, [10, 0, 0, 1]));
  t.match(decodeResponse(message, 7, 'API.test', 'A'), {
    code: 0,
    records: [{ type: 'A', name: NAME, address: '10.0.0.1' }],
  });
  t.equal(decodeResponse(message, 8, NAME, 'A'), null, 'another id');
  t.equal(decodeResponse(message, 7, 'other.test', 'A'), null, 'another name');
  t.equal(decodeResponse(message, 7, NAME, 'AAAA'), null, 'another type');
  t.equal(decodeResponse(encodeQuery(7, NAME, 'A'), 7, NAME, 'A'), null, 'a question');
  t.end();
});

void t.test('names that point forward, or in circles, are refused', (t) => {
  for (const target of [60, 12 + 14]) {
    const answer = [0xc0, target, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1];
    t.throws(() => decodeResponse(response('A', answer), 7, NAME, 'A'), RangeError);
  }
  t.end();
});

void t.test('names that DNS cannot have are not asked for', (t) => {
  for (const name of ['', 'a..b', `${'x'.repeat(64)}.test`, `${'abcdefgh.'.repeat(30)}test`])
    t.throws(() => encodeQuery(1, name, 'A'), TypeError);
  t.end();
});

void t.test('whatever bytes come, reading them ends with an answer or a refusal', (t) => {
  const random = new SeededRandom(1);
  const target = [3, 119, 119, 119, 0xc0, 12];
  const whole = response('SRV', [...record(33, [0, 1, 0, 2, 31, 64, ...target]), ...record(1, [10, 0, 0, 1])]);
  let refused = 0;
  for (let round = 0; round < 50_000; round++) {
    const bytes = Buffer.from(whole.subarray(0, random.below(5) === 0 ? random.below(whole.length) : whole.length));
    for (let change = 0; change < 3 && bytes.length > 0; change++)
      bytes[random.below(bytes.length)] = random.below(256);
    try {
      decodeResponse(bytes, 7, NAME, 'SRV');
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refused++;
    }
  }
  t.ok(refused > 1000, `${refused} of 50,000 refused`);
  t.end();
});
