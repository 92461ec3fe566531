import t from 'tap';
import { parseRequestTarget } from '../../src/router/request-path.ts';
import { defaultLimits } from '../../src/runtime/listen/listen-limits.ts';
import { entities, route, service } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { SeededRandom } from '../support/random.ts';
import { exchangeRaw } from '../support/raw-client.ts';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.ts';
import { parseStrictly, type StrictRequest } from '../support/strict-http.ts';

const MUTANTS = 1_200;
const LANES = 16;

/** What is mutated: requests of every framing. */
const SEEDS: readonly string[] = [
  'GET /a?b=c HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n',
  'POST /p HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello',
  'POST /p HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;a=b\r\nabc\r\n0\r\nX-T: u\r\n\r\n',
  'PUT /p HTTP/1.1\r\nHost: a.example\r\nConnection: X-A, keep-alive\r\nX-A: b\r\nContent-Length: 37\r\n\r\nGET /x HTTP/1.1\r\nHost: b.example\r\n\r\n.',
  'HEAD http://a.example/h HTTP/1.1\r\nHost: a.example\r\nTE: trailers\r\n\r\n',
];

/** What is put into them. */
const INSERTS: readonly string[] = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\0',
    ' ',
    '\t',
    '\x0b',
    '\x7f',
    '\x80',
    '\xff',
    ':',
    ',',
    ';',
    '#',
    '?',
    '%',
    '"',
  ],
  ...[
    '0',
    '1',
    '+',
    '-',
    '0x',
    '\r\n ',
    '\r\nContent-Length: 3',
    '\r\nTransfer-Encoding: chunked',
    '\r\nHost: b.example',
  ],
  ...['\r\nTransfer-Encoding: identity', '\r\nContent_Length: 3', '\r\nConnection: close', 'chunked, ', ' HTTP/1.1'],
  ...[
    '\r\nExpect: 100-continue',
    '\r\nConnection: Upgrade\r\nUpgrade: h2c',
    'GET /x HTTP/1.1\r\nHost: b.example\r\n\r\n',
  ],
];

const LAST = 'GET /last HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n';

/** Many mutants end inside a request, which the gateway waits for. */
const WAIT_MS = 100;
const limits = { ...defaultLimits, headerTimeoutMs: WAIT_MS, bodyTimeoutMs: WAIT_MS, keepAliveTimeoutMs: WAIT_MS };

/** A gateway and its upstream; what the upstream gets is known to be of the one mutant that is under way. */
interface Lane {
  readonly upstream: RecordingUpstream;
  readonly gateway: RunningGateway;
}

const lanes: Lane[] = [];
t.before(async () => {
  for (let count = 0; count < LANES; count++) {
    const upstream = await startRecordingUpstream();
    const owner = service(upstream.url, { retries: 0 });
    const config = entities({ services: [owner], routes: [route(owner, { strip_path: false })] });
    lanes.push({ upstream, gateway: await startGateway(config, { settings: { limits } }) });
  }
});
t.after(async () => {
  for (const { gateway, upstream } of lanes) {
    await gateway.close();
    await upstream.close();
  }
});

function mutate(seed: string, random: SeededRandom): string {
  let bytes = seed;
  for (let left = 1 + random.below(3); left > 0; left--) {
    const at = random.below(bytes.length + 1);
    const rest = [0, 0, 1, 2, 5][random.below(5)] ?? 0;
    const end = Math.min(bytes.length, at + rest);
    const insert = random.below(4) === 0 ? bytes.slice(at, at + random.below(30)) : random.pick(INSERTS);
    bytes = bytes.slice(0, at) + (random.below(5) === 0 ? '' : insert) + bytes.slice(end);
  }
  return bytes;
}

function shown({ method, target, body }: StrictRequest): string {
  const parsed = parseRequestTarget(target);
  return `${method} ${typeof parsed === 'string' ? target : parsed.path + parsed.search} ${JSON.stringify(body)}`;
}

function sorted(requests: readonly StrictRequest[]): string {
  return requests.map(shown).sort().join('\n');
}

/** Sends one mutant and compares what it says with what came of it. */
async function judge({ gateway, upstream }: Lane, mutant: string): Promise<string | null> {
  upstream.clear();
  const { statuses } = await exchangeRaw(gateway.port, [mutant + LAST]);
  if (upstream.problems.length > 0) return upstream.problems.join('; ');
  const answered = statuses.filter((status) => status === 200).length;
  if (answered !== upstream.requests.length) return `${answered} answers for ${sorted(upstream.requests)}`;
  const strict = parseStrictly(mutant + LAST);
  const isPlain = strict.problem === null && !strict.isIncomplete && statuses.every((status) => status === 200);
  // An upgrade that may be meant takes the connection with it.
  if (isPlain && !/close|upgrade: (?!h2c\r)/i.test(mutant) && sorted(strict.requests) !== sorted(upstream.requests)) {
    return `meant\n${sorted(strict.requests)}\nbecame\n${sorted(upstream.requests)}`;
  }
  return null;
}

void t.test(
  'whatever becomes of a mutated request, the upstream gets whole and strict ones, one for each answer',
  async (t) => {
    const random = new SeededRandom(20_261_124);
    const mutants = Array.from({ length: MUTANTS }, () => mutate(random.pick(SEEDS), random));
    let passed = 0;
    const run = async (lane: Lane): Promise<void> => {
      for (let mutant = mutants.pop(); mutant !== undefined; mutant = mutants.pop()) {
        const complaint = await judge(lane, mutant);
        if (complaint !== null) t.fail(complaint, { mutant: JSON.stringify(mutant) });
        passed += lane.upstream.requests.length;
      }
    };
    await Promise.all(lanes.map(run));
    t.ok(passed > MUTANTS / 4, `${passed} requests of ${MUTANTS} mutants and what follows them went through`);
  },
);

t.end();
