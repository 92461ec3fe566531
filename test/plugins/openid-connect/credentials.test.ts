import fc from 'fast-check';
import t from 'tap';
import type { Exchange, ExchangeRequest } from '../../../src/pdk/exchange.ts';
import {
  concealCredential,
  findCredential,
  parseBasic,
  placesInOrder,
} from '../../../src/plugins/openid-connect/credentials.ts';
import { RequestArguments } from '../../../src/plugins/openid-connect/request-arguments.ts';

interface Sent {
  readonly headers?: readonly string[];
  readonly query?: string;
  readonly body?: string | Buffer;
}

/** Just enough of a request: where a credential can be. */
function requestOf({ headers = [], query = '', body }: Sent): ExchangeRequest {
  const all = (name: string): string[] =>
    headers.filter((_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === name);
  return {
    query,
    rawHeaders: headers,
    header: (name: string) => all(name)[0],
    headerAll: all,
    body: (limit: number) => {
      const bytes = body === undefined ? null : Buffer.from(body);
      return Promise.resolve(bytes !== null && bytes.length <= limit ? bytes : null);
    },
  } as unknown as ExchangeRequest;
}

async function search(sent: Sent, places = placesInOrder): Promise<string> {
  const request = requestOf(sent);
  const found = await findCredential(request, places, new RequestArguments(request));
  return typeof found === 'string' ? found : `${found.place} ${found.id} ${found.secret.reveal()}`;
}

function basic(text: string | Buffer): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

const form = ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'];
const json = ['Content-Type', 'application/json'];

t.test('any id and secret without control characters survive Basic', (t) => {
  const text = fc
    .string({ minLength: 1, unit: 'grapheme' })
    .filter((value) => !/[\u0000-\u001f\u007f-\u009f]/.test(value));
  fc.assert(
    fc.property(text, text, fc.constantFrom('Basic', 'basic', 'BASIC'), fc.boolean(), (rawId, secret, scheme, pads) => {
      const id = rawId.replaceAll(':', '.');
      const encoded = Buffer.from(`${id}:${secret}`).toString('base64');
      const parsed = parseBasic(`${scheme} ${pads ? encoded : encoded.replace(/=+$/, '')}`);
      return parsed?.id === id && parsed.secret.reveal() === secret;
    }),
  );
  t.end();
});

t.test('no text makes Basic throw, and what it accepts encodes back to the same bytes', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parsed = parseBasic(`Basic ${text}`);
      if (parsed === null) return true;
      const again = Buffer.from(`${parsed.id}:${parsed.secret.reveal()}`).toString('base64');
      return again.replace(/=+$/, '') === text.trim().replace(/=+$/, '');
    }),
  );
  t.end();
});

const refused: Record<string, string> = {
  'an un-encoded pair': 'Basic service:secret',
  'another scheme': `Bearer ${Buffer.from('a:b').toString('base64')}`,
  'the URL-safe alphabet': `Basic ${Buffer.from('a:\xff\xfe~~~').toString('base64url')}`,
  'stray bits at the end': 'Basic YTpiY3=',
  'too much padding': 'Basic YTpi====',
  'white space inside': 'Basic YTpi YTpi',
  'bytes that are not UTF-8': basic(Buffer.from([0x61, 0x3a, 0xff])),
  'a line break in the id': basic('a\r\nX: y:b'),
  'a NUL in the secret': basic('a:b\0'),
  'a control character of Unicode': basic('a\u009b31m:b'),
  'no colon': basic('ab'),
  'an empty id': basic(':b'),
  'an empty secret': basic('a:'),
  'a very long value': basic(`a:${'b'.repeat(9000)}`),
  'nothing at all': 'Basic',
};

for (const [name, header] of Object.entries(refused)) {
  t.test(`Basic with ${name} is not a credential`, async (t) => {
    t.equal(await search({ headers: ['Authorization', header] }), 'none');
  });
}

t.test('the secret begins after the first colon', async (t) => {
  t.equal(await search({ headers: ['authorization', basic('a:b:c')] }), 'header a b:c');
});

t.test('the id is not percent-decoded', async (t) => {
  t.equal(await search({ headers: ['authorization', basic('a%20b:c%3A')] }), 'header a%20b c%3A');
});

t.test('two Authorization headers are ambiguous, whichever place is searched', async (t) => {
  const headers = ['Authorization', basic('a:b'), 'authorization', basic('c:d')];
  t.equal(await search({ headers }), 'ambiguous');
  t.equal(await search({ headers, query: 'client_id=a&client_secret=b' }, ['query']), 'ambiguous');
});

t.test('header comes before query before body', async (t) => {
  const sent = {
    headers: ['authorization', basic('h:1'), ...form],
    query: 'client_id=q&client_secret=2',
    body: 'client_id=b&client_secret=3',
  };
  t.equal(await search(sent), 'header h 1');
  t.equal(await search(sent, ['query', 'body']), 'query q 2');
  t.equal(await search(sent, ['body']), 'body b 3');
  t.equal(await search({ ...sent, query: 'client_id=q' }, ['query', 'body']), 'body b 3', 'half a credential is none');
});

t.test('query values are decoded, names are exact', async (t) => {
  t.equal(await search({ query: 'client%5Fid=a+b&client_secret=%C3%BC%26' }), 'query a b ü&');
  t.equal(await search({ query: 'Client_Id=a&client_secret=b' }), 'none');
  t.equal(await search({ query: 'client_id=a&client_secret=%ff' }), 'none', 'not UTF-8');
  t.equal(await search({ query: 'client_id=a&client_secret=\xff' }), 'none', 'the same, not escaped');
  t.equal(await search({ query: 'client_id=a&client_id=b&client_secret=c' }), 'none', 'given twice');
  t.equal(await search({ query: 'client_id=a%0d%0aX&client_secret=c' }), 'none', 'a line break');
});

t.test('a JSON body must be an object with two texts', async (t) => {
  const bodies: Record<string, string> = {
    '{"client_id":"a","client_secret":"b"}': 'body a b',
    '{"client_id":"a","client_secret":"\\ud800"}': 'none',
    '{"client_id":"a","client_secret":1}': 'none',
    '{"client_id":"a","client_secret":null}': 'none',
    '{"client_id":"a","client_id":"a","client_secret":"b"}': 'none',
    '{"inner":{"client_id":"a","client_secret":"b"}}': 'none',
    '[{"client_id":"a","client_secret":"b"}]': 'none',
    null: 'none',
    '"client_id"': 'none',
    '{"client_id":"a",': 'none',
  };
  for (const [body, expected] of Object.entries(bodies)) t.equal(await search({ headers: json, body }), expected, body);
  t.equal(await search({ headers: json, body: '['.repeat(60_000) }), 'none', 'deeply nested');
  t.equal(
    await search({
      headers: ['content-type', 'application/vnd.x+json'],
      body: '{"client_id":"a","client_secret":"b"}',
    }),
    'body a b',
  );
});

t.test('a body of another type, compressed or over the limit is not searched', async (t) => {
  const body = 'client_id=a&client_secret=b';
  t.equal(await search({ headers: ['content-type', 'text/plain'], body }), 'none');
  t.equal(await search({ headers: [...form, 'content-encoding', 'gzip'], body }), 'none');
  t.equal(await search({ headers: form, body: `${body}&x=${'y'.repeat(64 * 1024)}` }), 'none');
});

t.test('taking a credential out of the query leaves the other arguments byte for byte', (t) => {
  const piece = fc.stringMatching(/^[a-zA-Z0-9%+=;.~!*'()/?:@-]{0,8}$/).filter((text) => !text.includes('client'));
  fc.assert(
    fc.asyncProperty(fc.array(piece), fc.array(piece), async (before, after) => {
      const query = [...before, 'client_id=a', 'client_secret=b', ...after].join('&');
      const upstream = await conceal({ query }, 'query');
      return upstream.query === [...before, ...after].join('&');
    }),
  ).then(
    () => t.end(),
    (error: unknown) => t.threw(error),
  );
});

t.test('taking a credential out of JSON leaves the other members byte for byte', async (t) => {
  const { body } = await conceal(
    {
      headers: json,
      body: '{ "big": 12345678901234567890, "client_id":"a", "s":"},\\"client_id\\":[" ,"client_secret" : "b","n":{"client_id":1}}',
    },
    'body',
  );
  t.equal(body, '{ "big": 12345678901234567890, "s":"},\\"client_id\\":[" ,"n":{"client_id":1}}');
  t.equal((await conceal({ headers: json, body: '{"client_id":"a","client_secret":"b"}' }, 'body')).body, '{}');
});

t.test('taking a credential out of a form leaves bytes that are not ASCII alone', async (t) => {
  const raw = Buffer.concat([
    Buffer.from('client_id=a&x='),
    Buffer.from([0xff, 0xe9]),
    Buffer.from('&client_secret=b'),
  ]);
  const { bytes } = await conceal({ headers: form, body: raw }, 'body');
  t.same(bytes, Buffer.concat([Buffer.from('x='), Buffer.from([0xff, 0xe9])]));
});

t.test('any JSON object loses just the named members', (t) => {
  const object = fc.dictionary(
    fc.string().filter((name) => !name.startsWith('client_')),
    fc.jsonValue(),
  );
  fc.assert(
    fc.asyncProperty(object, fc.nat(), async (rest, position) => {
      const entries = Object.entries(rest);
      entries.splice(position % (entries.length + 1), 0, ['client_id', 'a'], ['client_secret', 'b']);
      const body = `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
      const concealed = await conceal({ headers: json, body }, 'body');
      t.same(JSON.parse(concealed.body ?? ''), JSON.parse(JSON.stringify(rest)));
    }),
    { numRuns: 50 },
  ).then(
    () => t.end(),
    (error: unknown) => t.threw(error),
  );
});

async function conceal(
  sent: Sent,
  place: 'query' | 'body',
): Promise<{ query: string | null; body: string | null; bytes: Buffer | null }> {
  const request = requestOf(sent);
  const args = new RequestArguments(request);
  const found = await findCredential(request, [place], args);
  if (typeof found === 'string') throw new Error(`no credential in ${place}`);
  const seen: { query: string | null; body: string | null; bytes: Buffer | null } = {
    query: null,
    body: null,
    bytes: null,
  };
  const upstream = {
    set query(query: string) {
      seen.query = query;
    },
    setBody: (bytes: Buffer) => {
      seen.bytes = bytes;
      seen.body = bytes.toString('utf8');
    },
  };
  await concealCredential({ request, upstream } as unknown as Exchange, found, args);
  return seen;
}
