import t from 'tap';
import { parseRequestTarget } from '../../src/router/request-path.ts';
import { entities, route, service } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { SeededRandom } from '../support/random.ts';
import { exchangeRaw } from '../support/raw-client.ts';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.ts';
import { type StrictRequest, valuesOf } from '../support/strict-http.ts';

/** Pieces of paths on which readers have disagreed. */
const PIECES: readonly string[] = [
  ...['/', '/', '/', '/', '//', '///', '.', '..', '...', '/./', '/../', '/..', '/.'],
  ...['%2e', '%2E', '%2e%2e', '.%2e', '%252e', '%252e%252e', '%25', '%2f', '%2F', '%252f', '%5c', '\\', '%255c'],
  ...[';', ';x=1', '..;', '..;/', '%3b', '%3B', '?', '%3f', '%3F', '#', '%23', '&', '=', ':', '@', '*', '+', '%2b'],
  ...['admin', 'admin', '%61dmin', 'a%64min', 'ADMIN', '%41dmin', 'public', 'public', 'x', '~', '-', '_', '!', "'"],
  ...['%00', '%0a', '%0d%0a', '%09', '%20', '%7f', '%c3%a9', '%ef%bb%bf', '%c0%ae', '%c0%af', '%e0%80%af', '%ff'],
  ...['%', '%2', '%zz', '%u002e', '[', ']', '{', '}', '|', '^', '`', '"', '<', '>', '%5b', '%7b', '%3c'],
];

const BATCH = 40;
const BATCHES = 16;

let open: RecordingUpstream;
let guarded: RecordingUpstream;
let gateway: RunningGateway;
t.before(async () => {
  open = await startRecordingUpstream();
  guarded = await startRecordingUpstream();
  const [openService, guardedService, based] = [service(open.url), service(guarded.url), service(`${open.url}/base`)];
  gateway = await startGateway(
    entities({
      services: [openService, guardedService, based],
      routes: [
        route(openService, { paths: ['/'], strip_path: false }),
        route(guardedService, { paths: ['/admin'], strip_path: false }),
        route(based, { paths: ['/public'], strip_path: true, hosts: ['strip.example'] }),
      ],
    }),
  );
});
t.after(async () => {
  await gateway.close();
  await open.close();
  await guarded.close();
});

function randomTarget(random: SeededRandom, start: string): string {
  let target = start;
  for (let left = 1 + random.below(7); left > 0; left--) target += random.pick(PIECES);
  return target;
}

/** Sends each target on a connection of its own; the ones that came through, by upstream and place in `targets`. */
async function sendAll(host: string, targets: readonly string[]): Promise<void> {
  open.clear();
  guarded.clear();
  await Promise.all(
    targets.map((target, index) =>
      exchangeRaw(gateway.port, [
        `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nX-Case: ${index}\r\nConnection: close\r\n\r\n`,
      ]),
    ),
  );
}

function caseOf(request: StrictRequest): number {
  return Number(valuesOf(request, 'x-case')[0]);
}

/** How a path reads for who takes it as it is, and for who reads it as browsers do; repeated slashes are one to many. */
function readingsOf(target: string): string[] {
  const [path = ''] = target.split('?');
  return [path, new URL(`http://a.example${path}`).pathname].map((reading) => reading.replace(/\/{2,}/g, '/'));
}

void t.test('what is sent upstream has the meaning that was routed by, and no second one', async (t) => {
  const random = new SeededRandom(7);
  let arrived = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const targets = Array.from({ length: BATCH }, () => randomTarget(random, '/'));
    await sendAll('a.example', targets);
    t.strictSame([...open.problems, ...guarded.problems], []);
    for (const request of [...open.requests, ...guarded.requests]) {
      const target = targets[caseOf(request)] ?? '';
      const routed = parseRequestTarget(target);
      const received = parseRequestTarget(request.target);
      if (typeof routed === 'string' || typeof received === 'string') {
        t.fail(`${target} became ${request.target}`);
        continue;
      }
      arrived++;
      const isSame = received.path === routed.path && received.search === routed.search;
      if (!isSame) t.fail(`${target} became ${request.target}`);
    }
  }
  t.ok(arrived > BATCH * BATCHES * 0.3, `${arrived} of ${BATCH * BATCHES} went through`);
});

void t.test('no spelling of a path gets around the route for it', async (t) => {
  const random = new SeededRandom(11);
  let guardedCount = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const targets = Array.from({ length: BATCH }, () =>
      randomTarget(random, random.pick(['/', '/admin', '/public/', '//'])),
    );
    await sendAll('a.example', targets);
    for (const request of open.requests) {
      const readings = readingsOf(request.target);
      if (readings.some((reading) => reading.startsWith('/admin')))
        t.fail(`${targets[caseOf(request)]} came as ${request.target}`);
    }
    for (const request of guarded.requests) {
      guardedCount++;
      if (!readingsOf(request.target)[0]?.startsWith('/admin'))
        t.fail(`${targets[caseOf(request)]} came as ${request.target}`);
    }
  }
  t.ok(guardedCount > 50, `${guardedCount} requests met the guarded route`);
});

void t.test('what strip_path leaves stays below the path of the service', async (t) => {
  const random = new SeededRandom(13);
  let arrived = 0;
  for (let batch = 0; batch < BATCHES / 2; batch++) {
    const targets = Array.from({ length: BATCH }, () => randomTarget(random, '/public'));
    await sendAll('strip.example', targets);
    for (const request of open.requests) {
      const routed = parseRequestTarget(targets[caseOf(request)] ?? '');
      if (typeof routed === 'string' || !routed.path.startsWith('/public')) continue;
      arrived++;
      const received = parseRequestTarget(request.target);
      const isBelow = typeof received !== 'string' && /^\/base(?:[/?]|$)/.test(received.path);
      if (!isBelow) t.fail(`${targets[caseOf(request)]} came as ${request.target}`);
    }
  }
  t.ok(arrived > 50, `${arrived} went through`);
});

t.end();
