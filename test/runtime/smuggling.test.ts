import t from 'tap';
import { entities, route, service } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { exchangeRaw, segmentations } from '../support/raw-client.ts';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.ts';
import { type StrictRequest, valuesOf } from '../support/strict-http.ts';
import { smugglingCases, type SmugglingCase } from './smuggling-cases.ts';

/** Comes behind every case on its connection. */
const FOLLOW_UP = 'GET /follow-up HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n';

let upstream: RecordingUpstream;
let gateway: RunningGateway;
t.before(async () => {
  upstream = await startRecordingUpstream();
  const owner = service(upstream.url);
  gateway = await startGateway(entities({ services: [owner], routes: [route(owner, { strip_path: false })] }));
});
t.after(async () => {
  await gateway.close();
  await upstream.close();
});

/** What is wrong with what became of a case; empty when nothing is. */
async function judge(item: SmugglingCase, pieces: readonly string[]): Promise<string[]> {
  upstream.clear();
  const { text, statuses } = await exchangeRaw(gateway.port, pieces);
  const complaints = [...upstream.problems];
  const expect = (isRight: boolean, complaint: string): void => {
    if (!isRight) complaints.push(complaint);
  };
  // Requests of one connection may overtake each other.
  const seen = upstream.requests.map(({ method, target }) => `${method} ${target}`).sort();
  if ('refused' in item) {
    expect(statuses.join() === String(item.refused), `statuses ${statuses.join()}`);
    expect(/\r\nConnection: close\r\n/i.test(text), 'no Connection: close');
    expect(/"message":"|\nrequest_id: /.test(text), `body is not Kong's: ${text}`);
    expect(seen.length === 0, `the upstream got ${seen.join(', ')}`);
    if (item.inBody !== true) expect(upstream.incomplete().length === 0, 'the upstream got a part');
    return complaints;
  }
  const whole = item.closes === true ? [item.forwarded] : [item.forwarded, 'GET /follow-up'].sort();
  expect(seen.join() === whole.join(), `the upstream got ${seen.join(', ')}`);
  expect(statuses.join() === whole.map(() => 200).join(), `statuses ${statuses.join()}`);
  const request = upstream.requests.find(({ target }) => target !== '/follow-up');
  if (request !== undefined) complaints.push(...compare(item, request));
  return complaints;
}

function compare(item: SmugglingCase, request: StrictRequest): string[] {
  if ('refused' in item) return [];
  const complaints: string[] = [];
  if (request.body !== (item.body ?? '')) complaints.push(`body ${JSON.stringify(request.body)}`);
  const trailers = JSON.stringify(request.trailers);
  if (trailers !== JSON.stringify(item.trailers ?? [])) complaints.push(`trailers ${trailers}`);
  for (const [name, value] of Object.entries(item.fields ?? {})) {
    const values = valuesOf(request, name);
    if (values.join('|') !== (value ?? '') || values.length !== (value === null ? 0 : 1)) {
      complaints.push(`${name} is ${JSON.stringify(values)}`);
    }
  }
  return complaints;
}

for (const [segmentation, cut] of Object.entries(segmentations)) {
  void t.test(`each suspicious request is refused, or means one thing to the upstream (${segmentation})`, async (t) => {
    for (const item of smugglingCases) {
      const pieces = [...cut(item.bytes), FOLLOW_UP];
      t.strictSame(await judge(item, segmentation === 'whole' ? [pieces.join('')] : pieces), [], item.name);
    }
    t.comment(`${smugglingCases.length} cases`);
  });
}

void t.test('the cases are many, and no two have the same name', (t) => {
  t.ok(smugglingCases.length >= 60);
  t.equal(new Set(smugglingCases.map(({ name }) => name)).size, smugglingCases.length);
  t.end();
});

void t.test('answers to earlier requests go out before a malformed one is refused', async (t) => {
  upstream.clear();
  const first = 'GET /first HTTP/1.1\r\nHost: a.example\r\n\r\n';
  for (const [malformed, status] of [
    ['GET /second HTTP/1.1\r\nHost : a.example\r\n\r\n', 400],
    ['GET /second HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    ['CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n', 405],
    ['GET /second HTTP/1.1\r\nHost: a b\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', 400],
    ['GET /second HTTP/1.1\r\nHost: a b\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', 400],
  ] as const) {
    const { statuses } = await exchangeRaw(gateway.port, [first + first + malformed + FOLLOW_UP]);
    t.strictSame(statuses, [200, 200, status]);
  }
  t.strictSame(
    upstream.requests.map(({ target }) => target),
    Array.from({ length: 10 }, () => '/first'),
  );
});

void t.test('an offer of h2c behind other requests is served in its turn', async (t) => {
  upstream.clear();
  const first = 'GET /first HTTP/1.1\r\nHost: a.example\r\n\r\n';
  const offer = 'GET /second HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
  const { statuses } = await exchangeRaw(gateway.port, [first + offer + offer + FOLLOW_UP]);
  t.strictSame(statuses, [200, 200, 200, 200]);
  const targets = upstream.requests.map(({ target }) => target);
  t.strictSame(targets, ['/first', '/second', '/second', '/follow-up']);
});

void t.test('a refusal repeats nothing of what was sent', async (t) => {
  for (const malformed of [
    'GET /<script> HTTP/1.1\r\nHost: <script>\r\n\r\n',
    '<script> / HTTP/1.1\r\nHost: a\r\n\r\n',
  ]) {
    const { text } = await exchangeRaw(gateway.port, [malformed]);
    t.match(text, /^HTTP\/1\.1 400 /);
    t.notMatch(text, 'script');
  }
});

t.end();
