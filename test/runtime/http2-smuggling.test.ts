import t from 'tap';
import { readHttp2Request } from '../../src/runtime/client/http2-request.ts';
import { entities, route, service } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { exchangeHttp2, flag, frame, frameType, literals, type RawFrame } from '../support/raw-http2.ts';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.ts';
import { valuesOf } from '../support/strict-http.ts';

type Fields = readonly (readonly [string, string])[];

interface Http2Case {
  readonly name: string;
  readonly fields: Fields;
  /** Bytes of DATA; the request ends with its head when left out. */
  readonly data?: string;
  /** Request line and body the upstream must see; refused when left out. */
  readonly forwarded?: string;
  readonly seen?: Readonly<Record<string, string | null>>;
  /** True where the library below leaves out the malformed field, so that what is left is an ordinary request. */
  readonly isLeftOut?: boolean;
}

const base: Fields = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/g'],
  [':authority', 'a.example'],
];

/** The ordinary request with other pseudo headers; `null` leaves one out. */
function pseudo(changes: Readonly<Record<string, string | null>>): Fields {
  return base.flatMap(([name, value]) => {
    const changed = changes[name];
    return changed === null ? [] : [[name, changed ?? value] as const];
  });
}

const post = pseudo({ ':method': 'POST' });

const cases: readonly Http2Case[] = [
  { name: 'ordinary', fields: base, forwarded: 'GET /g ' },
  { name: 'with a body', fields: post, data: 'hello', forwarded: 'POST /g hello' },
  {
    name: 'with a body and its length',
    fields: [...post, ['content-length', '5']],
    data: 'hello',
    forwarded: 'POST /g hello',
  },
  {
    name: 'a request as body',
    fields: post,
    data: 'GET /x HTTP/1.1\r\n\r\n',
    forwarded: 'POST /g GET /x HTTP/1.1\r\n\r\n',
  },
  { name: 'Content-Length above the data', fields: [...post, ['content-length', '6']], data: 'hello' },
  { name: 'Content-Length below the data', fields: [...post, ['content-length', '4']], data: 'hello' },
  { name: 'Content-Length 0 with data', fields: [...post, ['content-length', '0']], data: 'hello' },
  { name: 'Content-Length without data', fields: [...post, ['content-length', '5']] },
  { name: 'Content-Length twice', fields: [...post, ['content-length', '5'], ['content-length', '5']], data: 'hello' },
  { name: 'Content-Length with plus', fields: [...post, ['content-length', '+5']], data: 'hello' },
  { name: 'Content-Length as a list', fields: [...post, ['content-length', '5, 5']], data: 'hello' },
  { name: 'Content_Length', fields: [...post, ['content_length', '0']], data: 'hello' },
  { name: 'Transfer-Encoding', fields: [...post, ['transfer-encoding', 'chunked']], data: '0\r\n\r\n' },
  { name: 'Transfer_Encoding', fields: [...post, ['transfer_encoding', 'chunked']], data: '0\r\n\r\n' },
  { name: 'Connection', fields: [...base, ['connection', 'x-a']] },
  { name: 'Keep-Alive', fields: [...base, ['keep-alive', 'timeout=5']] },
  { name: 'Proxy-Connection', fields: [...base, ['proxy-connection', 'x']] },
  { name: 'Upgrade', fields: [...base, ['upgrade', 'websocket']] },
  { name: 'TE other than trailers', fields: [...base, ['te', 'gzip']] },
  { name: 'TE trailers', fields: [...base, ['te', 'trailers']], forwarded: 'GET /g ', seen: { te: 'trailers' } },
  { name: 'CRLF in a value', fields: [...base, ['x-a', 'b\r\nx-b: c']], isLeftOut: true },
  { name: 'LF in a value', fields: [...base, ['x-a', 'b\nx-b: c']], isLeftOut: true },
  { name: 'CR in a value', fields: [...base, ['x-a', 'b\rx-b: c']], isLeftOut: true },
  { name: 'NUL in a value', fields: [...base, ['x-a', 'b\x00']], isLeftOut: true },
  {
    name: 'CRLF and Transfer-Encoding in a value',
    fields: [...post, ['x-a', 'b\r\ntransfer-encoding: chunked']],
    data: '0\r\n\r\n',
    isLeftOut: true,
  },
  { name: 'CRLF in a name', fields: [...base, ['x-a: b\r\nx-b', 'c']], isLeftOut: true },
  { name: 'colon in a name', fields: [...base, ['transfer-encoding: chunked', 'x']], isLeftOut: true },
  { name: 'blank in a name', fields: [...base, ['x a', 'b']], isLeftOut: true },
  { name: 'upper case in a name', fields: [...base, ['X-A', 'b']] },
  { name: 'empty name', fields: [...base, ['', 'b']], isLeftOut: true },
  { name: 'CRLF in :path', fields: pseudo({ ':path': '/g HTTP/1.1\r\nx-a: b\r\n\r\n' }) },
  { name: 'blank in :path', fields: pseudo({ ':path': '/g HTTP/1.1' }) },
  { name: 'non-ASCII byte in :path', fields: pseudo({ ':path': '/g?\xe9' }) },
  { name: 'fragment in :path', fields: pseudo({ ':path': '/g#x' }) },
  { name: ':path without slash', fields: pseudo({ ':path': 'g' }) },
  { name: ':path as a URL', fields: pseudo({ ':path': 'http://b.example/g' }) },
  { name: ':path empty', fields: pseudo({ ':path': '' }) },
  { name: ':path missing', fields: pseudo({ ':path': null }) },
  { name: ':path twice', fields: [...base, [':path', '/x']] },
  { name: ':path asterisk', fields: pseudo({ ':path': '*' }) },
  { name: 'CRLF in :method', fields: pseudo({ ':method': 'GET / HTTP/1.1\r\nx-a: b' }) },
  { name: 'blank in :method', fields: pseudo({ ':method': 'GET /x' }) },
  { name: ':method missing', fields: pseudo({ ':method': null }) },
  { name: ':method CONNECT', fields: pseudo({ ':method': 'CONNECT', ':path': null, ':scheme': null }) },
  { name: ':scheme with a path', fields: pseudo({ ':scheme': 'http://b.example/?' }) },
  { name: ':scheme missing', fields: pseudo({ ':scheme': null }) },
  { name: ':authority with userinfo', fields: pseudo({ ':authority': 'a.example@b.example' }) },
  { name: ':authority with a path', fields: pseudo({ ':authority': 'a.example/b' }) },
  { name: ':authority with CRLF', fields: pseudo({ ':authority': 'a.example\r\nx-a: b' }) },
  { name: ':authority and another Host', fields: [...base, ['host', 'b.example']] },
  { name: ':authority and Host twice', fields: [...base, ['host', 'a.example'], ['host', 'a.example']] },
  { name: ':authority and the same Host', fields: [...base, ['host', 'A.example']], forwarded: 'GET /g ' },
  { name: 'Host alone', fields: [...pseudo({ ':authority': null }), ['host', 'a.example']], forwarded: 'GET /g ' },
  { name: 'no host at all', fields: pseudo({ ':authority': null }) },
  { name: 'unknown pseudo header', fields: [...base, [':x', 'y']] },
  { name: 'pseudo header of responses', fields: [...base, [':status', '200']] },
  { name: 'pseudo header behind a field', fields: [['x-a', 'b'], ...base] },
  {
    name: 'cookie crumbs',
    fields: [...base, ['cookie', 'a=b'], ['cookie', 'c=d']],
    forwarded: 'GET /g ',
    seen: { cookie: 'a=b; c=d' },
  },
  {
    name: 'fields that name the caller',
    fields: [...base, ['x-consumer-id', '1'], ['x_consumer_id', '1']],
    forwarded: 'GET /g ',
    seen: { 'x-consumer-id': null, x_consumer_id: null },
  },
];

let upstream: RecordingUpstream;
let gateway: RunningGateway;
let port: number;
t.before(async () => {
  upstream = await startRecordingUpstream();
  const owner = service(upstream.url, { retries: 0 });
  gateway = await startGateway(entities({ services: [owner], routes: [route(owner, { strip_path: false })] }));
  port = (await gateway.gateway.listen({ host: '127.0.0.1', port: 0, isHttp2: true })).port;
});
t.after(async () => {
  await gateway.close();
  await upstream.close();
});

function requestFrames({ fields, data }: Http2Case): Buffer[] {
  const { endHeaders, endStream } = flag;
  const head = frame(frameType.headers, endHeaders | (data === undefined ? endStream : 0), 1, literals(fields));
  return data === undefined ? [head] : [head, frame(frameType.data, endStream, 1, Buffer.from(data, 'latin1'))];
}

/** Whether the stream or the connection was ended with an error, or an answer below 200 or from 400 on was given. */
function isRefused(frames: readonly RawFrame[]): boolean {
  const answer = frames.find(({ type, stream }) => type === frameType.headers && stream === 1);
  // The static table of HPACK has :status 200 as 8 and 400 as 12 (RFC 7541 appendix A).
  if (answer !== undefined) return answer.payload[0] === (0x80 | 12);
  return frames.some(({ type }) => type === frameType.reset || type === frameType.goAway);
}

for (const item of cases) {
  const left =
    item.isLeftOut === true ? `${item.data === undefined ? 'GET' : 'POST'} /g ${item.data ?? ''}` : undefined;
  const forwarded = item.forwarded ?? left;
  void t.test(`HTTP/2: ${item.name} is ${forwarded === undefined ? 'refused' : 'forwarded'}`, async (t) => {
    upstream.clear();
    const frames = await exchangeHttp2(port, requestFrames(item));
    t.strictSame(upstream.problems, []);
    const seen = upstream.requests.map(({ method, target, body }) => `${method} ${target} ${body}`);
    t.strictSame(seen, forwarded === undefined ? [] : [forwarded]);
    t.equal(isRefused(frames), forwarded === undefined);
    const [request] = upstream.requests;
    const names = request?.fields.map(([name]) => name) ?? [];
    if (item.isLeftOut === true) t.notOk(names.includes('x-a') || names.includes('x-b'));
    for (const [name, value] of Object.entries(item.seen ?? {})) {
      t.strictSame(request === undefined ? null : valuesOf(request, name), value === null ? [] : [value], name);
    }
  });
}

void t.test('a malformed field list is refused without the help of the library below', (t) => {
  for (const item of cases) {
    if (item.data !== undefined || item.forwarded !== undefined || /^(Content|no host|fragment)/.test(item.name))
      continue;
    if (/userinfo|with a path|Host twice/.test(item.name)) continue;
    t.equal(readHttp2Request(item.fields.flat()), null, item.name);
  }
  t.end();
});

t.end();
