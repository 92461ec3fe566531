import { PassThrough, Readable, Writable } from 'node:stream';
import t from 'tap';
import { explainRequests } from '../../../src/cli/routing/explain-requests.ts';
import { RoutingModel } from '../../../src/cli/routing/routing-model.ts';
import { entities, route, service } from '../../support/entities.ts';

const orders = service('http://orders.internal:8080/api', { name: 'orders' });
const byId = route(orders, { name: 'by-id', paths: ['~/orders/(?<id>\\d+)$'] });
const model = new RoutingModel(entities({ services: [orders], routes: [byId] }), 'traditional_compatible');

/** What comes out for some pieces of input. */
async function answers(...pieces: readonly (string | Buffer)[]): Promise<{ bad: number; lines: unknown[] }> {
  const output = new PassThrough();
  const bad = await explainRequests(model, Readable.from(pieces, { objectMode: true }), output);
  const text = String(output.end().read() ?? '');
  return {
    bad,
    lines: text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown),
  };
}

t.test('each line has one answer, in order, with the number of its line', async (t) => {
  const { bad, lines } = await answers('{"url":"http://a.example/orders/7?x=1"}\n\r\n\n{"path":"/nothing"}');
  t.equal(bad, 0);
  t.strictSame(lines, [
    {
      line: 1,
      route: { name: 'by-id', id: byId.id },
      service: { name: 'orders', id: orders.id },
      upstream_url: 'http://orders.internal:8080/api?x=1',
      upstream_host: 'orders.internal:8080',
      upstream: null,
      prefix: '/orders/7',
      captures: { '0': '/orders/7', '1': '7', id: '7' },
      status: null,
      redirect: null,
      plugins: [],
    },
    {
      ...{ line: 4, route: null, service: null, upstream_url: null, upstream_host: null, upstream: null },
      ...{ prefix: null, captures: null, status: 404, redirect: null, plugins: [] },
    },
  ]);
});

t.test('a line with mistakes has an error, and the others their answers all the same', async (t) => {
  const { bad, lines } = await answers('nonsense\n[]\n{"url":"x"}\n{"path":"/%zz"}\n');
  t.equal(bad, 3);
  t.match(lines, [
    { line: 1, error: /^the line is not JSON/ },
    { line: 2, error: /^a request must be an object/ },
    { line: 3, error: /neither a path nor/ },
    { line: 4, route: null, status: 400 },
  ]);
});

t.test('lines may be cut anywhere, also within a letter', async (t) => {
  const bytes = Buffer.from('{"url":"http://a.example/orders/1","headers":{"x":"é"}}\n{"path":"/ü"}\n');
  const pieces = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
  const { bad, lines } = await answers(...pieces);
  t.equal(bad, 0);
  t.match(lines, [
    { line: 1, route: { name: 'by-id' } },
    { line: 2, status: 404 },
  ]);
});

t.test('a line without end costs an error, not the memory', async (t) => {
  const megabyte = 'x'.repeat(1024 * 1024);
  const { bad, lines } = await answers(megabyte, megabyte, megabyte, '\n{"path":"/orders/1"}\n', megabyte, megabyte);
  t.equal(bad, 2);
  t.match(lines, [
    { line: 1, error: /longer than/ },
    { line: 2, route: { name: 'by-id' } },
    { line: 3, error: /longer/ },
  ]);
});

t.test('input is read no faster than answers are taken', async (t) => {
  const line = '{"path":"/orders/1"}\n'.repeat(1_000);
  let given = 0;
  const input = new Readable({
    highWaterMark: 1,
    read() {
      this.push(given++ < 100 ? line : null);
    },
  });
  const waiting: (() => void)[] = [];
  const output = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void waiting.push(done) });
  const end = explainRequests(model, input, output);
  await new Promise((resolve) => setImmediate(resolve));
  t.ok(given < 5, `${given} pieces were read while nobody took an answer`);
  const drain = setInterval(() => waiting.shift()?.(), 0);
  t.teardown(() => clearInterval(drain));
  t.equal(await end, 0);
  t.equal(given, 101);
});

t.test('when nobody reads any more, reading ends', async (t) => {
  const output = new PassThrough();
  const input = Readable.from(
    (function* () {
      for (;;) yield '{"path":"/orders/1"}\n'.repeat(1_000);
    })(),
  );
  const end = explainRequests(model, input, output);
  output.once('readable', () => output.destroy());
  t.equal(await end, 0);
});
