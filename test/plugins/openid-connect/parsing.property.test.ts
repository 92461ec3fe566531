import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import t from 'tap';
import type { Exchange, ExchangeRequest } from '../../../src/pdk/exchange.ts';
import { HeaderList } from '../../../src/lib/header-list.ts';
import { bearerTokenSettings, findBearerToken } from '../../../src/plugins/openid-connect/bearer-token.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { cookieValue, withoutCookie } from '../../../src/plugins/openid-connect/cookies.ts';
import { findCredential, parseBasic, placesInOrder } from '../../../src/plugins/openid-connect/credentials.ts';
import { FormText } from '../../../src/plugins/openid-connect/form-text.ts';
import { JsonMembers } from '../../../src/plugins/openid-connect/json-members.ts';
import { BODY_SEARCH_LIMIT, RequestArguments } from '../../../src/plugins/openid-connect/request-arguments.ts';
import { RequestSearch } from '../../../src/plugins/openid-connect/request-search.ts';

interface Sent {
  readonly headers: readonly string[];
  readonly query: string;
  readonly body: Buffer | null;
}

/** A request, and how much of its body was asked for. */
function requestOf({ headers, query, body }: Sent): { request: ExchangeRequest; limits: number[] } {
  const list = new HeaderList([...headers]);
  const limits: number[] = [];
  const request = {
    query,
    rawHeaders: headers,
    header: (name: string) => list.get(name),
    headerAll: (name: string) => list.getAll(name),
    body: (limit: number) => {
      limits.push(limit);
      return Promise.resolve(body !== null && body.length <= limit ? body : null);
    },
  } as unknown as ExchangeRequest;
  return { request, limits };
}

/** Bytes as they come in a head: one character each. */
const octets = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 60 });
const names = ['client_id', 'client_secret', 'access_token', 'username', 'client%5fid', 'Client_Id', '__proto__'];
/** Pieces of which credentials are made, so that more than noise is tried. */
const piece = fc.oneof(
  octets,
  fc.constantFrom(
    'a',
    'b',
    ':',
    '=',
    '&',
    '%',
    '%00',
    '%ff',
    '+',
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    '\\',
    'é',
    ';',
    ' ',
    'null',
  ),
  fc.constantFrom(...names),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const somePairs = fc
  .array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 4 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
const form = fc.oneof(
  somePairs,
  fc.tuple(somePairs, text, text).map(([others, id, secret]) => `${others}&client_id=${id}&client_secret=${secret}`),
);
const jsonText = fc.oneof(
  text,
  fc.json(),
  fc
    .array(fc.tuple(fc.constantFrom(...names), fc.jsonValue()), { maxLength: 5 })
    .map((members) => `{${members.map(([name, value]) => `"${name}" : ${JSON.stringify(value)}`).join(' , ')}}`),
);
const field = text.map((value) => value.replace(/[\u0000-\u001f\u007f]/g, ''));
const authorization = fc.oneof(
  field,
  fc.tuple(text, text).map((pair) => `Basic ${Buffer.from(pair.join(':'), 'latin1').toString('base64')}`),
  fc.tuple(field, field).map((pair) => `BASIC ${Buffer.from(pair.join(':')).toString('base64')}`),
  field.map((value) => `basic  ${value}`),
  field.map((value) => `Bearer ${value}`),
  fc.constantFrom('Bearer', 'Basic', 'Bearer a.b.c', 'Bearer eyJhbGciOiJub25lIn0.e30.', 'DPoP a'),
);
const header = fc.oneof(
  fc.tuple(fc.constantFrom('Authorization', 'authorization', 'AUTHORIZATION'), authorization),
  fc.tuple(fc.constantFrom('Access-Token', 'X-Access-Token', 'x_access_token'), authorization),
  fc.tuple(fc.constantFrom('Cookie', 'cookie'), field),
  fc.tuple(
    fc.constant('Content-Type'),
    fc.constantFrom('application/json', 'application/x-www-form-urlencoded; x=y', 'APPLICATION/X+JSON', ';', ''),
  ),
  fc.tuple(fc.constant('Content-Encoding'), fc.constantFrom('gzip', 'identity')),
);
const sent: fc.Arbitrary<Sent> = fc.record({
  headers: fc.array(header, { maxLength: 5 }).map((pairs) => pairs.flat()),
  query: fc.oneof(form, text),
  body: fc.option(
    fc.oneof(
      form.map((raw) => Buffer.from(raw, 'latin1')),
      jsonText.map((raw) => Buffer.from(raw)),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    ),
  ),
});

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** RFC 7617 §2, written down a second time. */
function isBasicCredential(value: string): boolean {
  const [, encoded = ''] = /^basic +(\S+) *$/i.exec(value) ?? [];
  const digits = encoded.replace(/={0,2}$/, '');
  const padded = digits + '='.repeat((4 - (digits.length % 4)) % 4);
  if (digits === '' || (encoded !== digits && encoded !== padded)) return false;
  const bytes = Buffer.from(digits, 'base64');
  if (bytes.toString('base64') !== padded || !isUtf8(bytes)) return false;
  const pair = bytes.toString('utf8');
  return /^[^:]+:.+$/s.test(pair) && !CONTROL.test(pair);
}

t.test('Basic is a credential if, and only if, RFC 7617 and our rules say so', (t) => {
  fc.assert(
    fc.property(authorization, (value) => {
      const parsed = parseBasic(value);
      if ((parsed !== null) !== isBasicCredential(value)) return false;
      return !parsed?.id.includes(':');
    }),
    { numRuns: 3000 },
  );
  t.end();
});

t.test(
  'no request makes the search for a credential throw, read beyond its limit or twice, or accept what is none',
  async (t) => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(sent, fc.subarray([...placesInOrder]), async (one, places) => {
        const { request, limits } = requestOf(one);
        const args = new RequestArguments(request);
        const outcome = await findCredential(request, places, args);
        const isSeveral = request.headerAll('authorization').length > 1;
        if (limits.length > 1 || limits.some((limit) => limit > BODY_SEARCH_LIMIT)) return false;
        if (!places.includes('body') && limits.length > 0) return false;
        if (isSeveral !== (outcome === 'ambiguous')) return false;
        if (typeof outcome === 'string') return true;
        found += 1;
        const secret = outcome.secret.reveal();
        if (!places.includes(outcome.place) || outcome.id === '' || secret === '') return false;
        if (outcome.place === 'header') return isBasicCredential(request.header('authorization') ?? '');
        return !CONTROL.test(outcome.id + secret);
      }),
      { numRuns: 3000 },
    );
    t.ok(found > 10, `${found} credentials were found`);
  },
);

t.test('no request makes the search for a bearer token throw, or find what RFC 6750 calls no token', async (t) => {
  const config = { bearer_token_param_type: ['header', 'query', 'body', 'cookie'], bearer_token_cookie_name: 'a' };
  const settings = bearerTokenSettings(config as unknown as OpenidConnectConfig);
  let found = 0;
  await fc.assert(
    fc.asyncProperty(sent, async (one) => {
      const { request, limits } = requestOf(one);
      const search = new RequestSearch({ request } as unknown as Exchange);
      const outcome = await findBearerToken(search, settings);
      if (limits.length > 1 || limits.some((limit) => limit > BODY_SEARCH_LIMIT)) return false;
      if (outcome === null) return !/^bearer( |$)/i.test(request.header('authorization') ?? '');
      if ('kind' in outcome) return ['no-credential', 'bad-request', 'bad-token'].includes(outcome.kind);
      found += 1;
      return outcome.token.length <= 16 * 1024 && /^[A-Za-z0-9._~+/_-]+=*$/.test(outcome.token);
    }),
    { numRuns: 3000 },
  );
  t.ok(found > 10, `${found} tokens were found`);
});

t.test('a cookie is what stands behind its exact name, and taking it out leaves the others', (t) => {
  const cookie = fc.oneof(
    text,
    fc.tuple(fc.constantFrom('a', 'A', 'b', 'a ', ''), text).map((pair) => pair.join('=')),
  );
  fc.assert(
    fc.property(fc.array(cookie, { maxLength: 5 }), fc.constantFrom('a', 'b', '', '__proto__'), (cookies, name) => {
      const { request } = requestOf({ headers: ['Cookie', cookies.join('; ')], query: '', body: null });
      const value = cookieValue(request, name);
      const rest = withoutCookie(request, name);
      if (value !== null && !cookies.join('; ').includes(value)) return false;
      const after = requestOf({ headers: ['Cookie', rest], query: '', body: null });
      if (name !== '' && cookieValue(after.request, name) !== null) return false;
      return ['a', 'b'].every(
        (other) => other === name || cookieValue(after.request, other) === cookieValue(request, other),
      );
    }),
    { numRuns: 3000 },
  );
  t.end();
});

t.test('a form gives a value only for a name that stands there once, and loses nothing but it', (t) => {
  fc.assert(
    fc.property(fc.oneof(form, text), fc.constantFrom(...names), (raw, name) => {
      const whole = new FormText(raw);
      const rest = new FormText(whole.without([name]));
      if (rest.get(name) !== null) return false;
      const value = whole.get(name);
      if (value !== null && raw.split('&').filter((one) => one === name || one.startsWith(`${name}=`)).length > 1)
        return false;
      return names.every((other) => other === name || rest.get(other) === whole.get(other));
    }),
    { numRuns: 3000 },
  );
  t.end();
});

t.test('JSON gives a value only for a text that stands there once, and loses nothing but it', (t) => {
  fc.assert(
    fc.property(jsonText, fc.constantFrom(...names), (raw, name) => {
      const whole = JsonMembers.parse(raw);
      if (whole === null) return true;
      const rest = JsonMembers.parse(whole.without([name]));
      if (rest?.get(name) !== null) return false;
      return names.every((other) => other === name || rest.get(other) === whole.get(other));
    }),
    { numRuns: 3000 },
  );
  t.end();
});
