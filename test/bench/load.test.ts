import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { Load } from '../../bench/load.ts';
import { median, summarize } from '../../bench/report.ts';

async function serve(statusOf: (request: number) => number | null): Promise<{ origin: string; seen: () => number }> {
  let seen = 0;
  const server = createServer((request, response) => {
    seen += 1;
    const status = statusOf(seen);
    if (status === null) request.socket.destroy();
    else response.writeHead(status).end('answer');
    server.emit('seen', seen);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen: () => seen };
}

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise(setImmediate);
}

t.test('counts the requests of the measured window only, with their latencies', async (t) => {
  const { origin, seen } = await serve(() => 200);
  const load = new Load({ origin, path: '/', headers: {}, connections: 4 });
  await until(() => seen() >= 100);
  load.mark();
  const before = seen();
  await until(() => seen() >= before + 200);
  const result = load.stop();
  t.ok(result.requests > 150 && result.requests < 300, `${result.requests} requests`);
  t.equal(result.errors, 0);
  t.ok(result.p50Ms > 0 && result.p50Ms <= result.p99Ms);
});

t.test('reports answers that are not 2xx and broken connections as errors', async (t) => {
  for (const [status, reason] of [
    [503, 'status 503'],
    [null, 'the connection was closed'],
  ] as const) {
    const { origin, seen } = await serve((request) => (request === 10 ? status : 200));
    const load = new Load({ origin, path: '/', headers: {}, connections: 1 });
    await until(() => seen() >= 20);
    const result = load.stop();
    t.same([result.errors, result.firstError], [1, reason]);
  }
});

t.test('summarises rounds by their medians', (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 3, 2]), 2.5);
  const sample = { contender: 'a', scenario: 's', cpuMicrosPerRequest: null, p50Ms: 1, p99Ms: 2, residentMegabytes: 9 };
  const rows = summarize([10, 30, 20].map((requestsPerSecond) => ({ ...sample, requestsPerSecond })));
  t.same(rows, [{ ...sample, requestsPerSecond: 20, rounds: 3 }]);
  t.end();
});
