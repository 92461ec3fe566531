import fc from 'fast-check';
import t from 'tap';
import { HeaderList } from '../../../src/lib/header-list.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { Exchange } from '../../../src/pdk/exchange.ts';
import { nothingElse, type Proven } from '../../../src/plugins/openid-connect/auth-method.ts';
import { compileConfig } from '../../../src/plugins/openid-connect/compile-config.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { applyDecision, type Decision } from '../../../src/plugins/openid-connect/decision.ts';
import { DecisionMaker } from '../../../src/plugins/openid-connect/decision-maker.ts';
import { tokenDocuments } from '../../../src/plugins/openid-connect/token-headers.ts';
import { CapturedLog } from '../../support/captured-log.ts';
import { consumer, entities } from '../../support/entities.ts';

/** Few names, so that configs and callers meet; many spellings. */
const names = ['X-User', 'X_Role', 'authorization', 'X-Consumer-Username', 'x_a-b', 'Host', 'te', 'bad name', ''];
const name = fc.constantFrom(...names);
const key = fc.constantFrom('a', 'b', '__proto__', 'toString');
const path = fc.array(key, { minLength: 1, maxLength: 3 });
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\r', '\n', '\0', '\t', '\u007f', '\u2028', 'ü', '\ud800', ' '),
    fc.string({ unit: 'binary' }),
  ),
});
const scalar = fc.oneof(hostile, fc.double(), fc.boolean(), fc.constant(null), fc.constant('x'.repeat(9000)));
const tree = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 3 }),
}));
const claims = tree.object as fc.Arbitrary<JsonObject>;
const maybeClaims = fc.option(claims);
const maybeText = fc.option(hostile);

const claimHeaders = fc.option(fc.array(fc.record({ header: name, path }), { maxLength: 4 }));
const tokenHeader = fc.option(
  fc.oneof(
    name,
    name.map((one) => `${one}:bearer`),
  ),
);

const sides = ['upstream', 'downstream'] as const;
const documentFields = sides.flatMap((side) =>
  ['access_token', ...tokenDocuments].map((document) => `${side}_${document}_header`),
);

const config = fc
  .tuple(
    fc.record({
      upstream_headers: claimHeaders,
      downstream_headers: claimHeaders,
      upstream_headers_claims: fc.array(key, { maxLength: 2 }),
      upstream_headers_names: fc.array(name, { maxLength: 2 }),
      credential_claim: path,
      authenticated_groups_claim: fc.option(path),
      consumer_claims: fc.option(fc.array(path, { maxLength: 2 })),
      hide_credentials: fc.boolean(),
    }),
    fc.record(Object.fromEntries(documentFields.map((field) => [field, tokenHeader]))),
  )
  .map(([one, two]) => ({ issuer: 'https://idp.example', consumer_optional: true, ...one, ...two }));

const proven = fc
  .record({
    accessToken: fc.oneof(hostile, fc.constant('a.b.c')),
    claims: maybeClaims,
    introspection: maybeClaims,
    idTokenClaims: maybeClaims,
    userInfo: maybeClaims,
    introspectionJwt: maybeText,
    userInfoJwt: maybeText,
    idToken: maybeText,
    refreshToken: maybeText,
    clientId: maybeText,
  })
  .map(
    (facts): Proven => ({
      ...nothingElse,
      ...{ kind: 'proven', reusableUntil: 0, provenAt: 0, cache: 'off' },
      ...facts,
    }),
  );

/** A name as a caller may write it to be taken for another. */
const spelled = fc.tuple(name, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 })).map(([text, flips]) =>
  Array.from(text)
    .map((char, at) => {
      if (flips[at] !== true) return char;
      if (char === '-' || char === '_') return char === '-' ? '_' : '-';
      return char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase();
    })
    .join(''),
);

const odd = consumer('x\r\ny', { custom_id: 'c\0' });
const known = entities({ consumers: [odd, consumer('a'), consumer('x')] });

/** Just enough of an exchange: the headers that go upstream, as the gateway keeps them. */
function exchangeWith(headers: readonly string[]): { exchange: Exchange; raw: string[] } {
  const list = new HeaderList([...headers]);
  const upstream = {
    setHeader: (header: string, value: string) => list.set(header, value),
    removeHeader: (header: string) => list.remove(header),
  };
  const exchange = { upstream, consumer: null, credential: null, authenticate: () => undefined };
  return { exchange: exchange as unknown as Exchange, raw: list.raw };
}

const attempt = { method: 'bearer', subject: 'me', isDecidedByHeader: true } as const;

async function decide(given: OpenidConnectConfig, facts: Proven): Promise<Decision> {
  const settings = compileConfig(given);
  const keyOf = () => Promise.resolve({ kty: 'RSA', kid: 'k\r\n' });
  const maker = new DecisionMaker({ config: given, settings, entities: known, keyOf, log: new CapturedLog() });
  const outcome = await maker.decide(facts, attempt);
  if (outcome.kind !== 'pass') throw new Error(outcome.reason);
  return outcome;
}

function isFit(value: string | undefined): boolean {
  return value !== undefined && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

t.test('no header value can hold a line break, NUL or any other control character', async (t) => {
  const property = fc.asyncProperty(config, proven, async (given, facts) => {
    const decision = await decide(given, facts);
    for (const list of [decision.upstream, decision.downstream ?? []]) {
      for (let at = 0; at < list.length; at += 2) {
        if (!isFit(list[at + 1]) || !/^[\w!#$%&'*+.^`|~-]+$/.test(list[at] ?? '')) return false;
      }
    }
    return true;
  });
  await t.resolves(fc.assert(property, { numRuns: 2000 }));
});

t.test('no copy of a configured header that the caller sent survives, whatever the token says', async (t) => {
  const sent = fc.array(spelled, { maxLength: 8 }).map((all) => all.flatMap((one) => [one, 'forged']));
  const property = fc.asyncProperty(config, proven, sent, fc.boolean(), async (given, facts, headers, isAnonymous) => {
    const settings = compileConfig(given);
    const { exchange, raw } = exchangeWith(headers);
    const keyOf = () => Promise.resolve(null);
    const parts = { config: given, settings, entities: known, keyOf, log: new CapturedLog() };
    const decision = isAnonymous ? new DecisionMaker(parts).anonymous(odd) : await decide(given, facts);
    applyDecision(exchange, decision);
    const { claims: byClaim, documents, token } = settings.upstream;
    const own = [...byClaim.map(({ header }) => header), ...documents.map((one) => one.name)];
    if (token !== null) own.push(token.name);
    const folded = new Set(own.map(fold));
    return raw.every((header, at) => at % 2 === 1 || !folded.has(fold(header)) || raw[at + 1] !== 'forged');
  });
  await t.resolves(fc.assert(property, { numRuns: 2000 }));
});

function fold(header: string): string {
  return header.toLowerCase().replaceAll('_', '-');
}
