import t from 'tap';
import { redactBySchema, redactByName } from '../../src/admin/redact.ts';

const schema = {
  type: 'object',
  $defs: { jwk: { type: 'object', properties: { kid: { type: 'string' }, d: { type: 'string', 'x-secret': true } } } },
  properties: {
    issuer: { type: 'string' },
    client_secret: { type: ['array', 'null'], items: { type: 'string', 'x-secret': true } },
    session_secret: { anyOf: [{ type: 'null' }, { type: 'string', 'x-secret': true }] },
    client_jwk: { type: 'array', items: { $ref: '#/$defs/jwk' } },
    redis: { type: 'object', properties: { host: { type: 'string' }, password: { type: 'string', 'x-secret': true } } },
    headers: { type: 'object', additionalProperties: { type: 'string', 'x-secret': true } },
  },
};

t.test('what the schema marks as secret is redacted, in lists, records, maps and behind references', (t) => {
  const config = {
    issuer: 'https://idp.test',
    client_secret: ['a', 'b'],
    session_secret: 'c',
    client_jwk: [{ kid: 'k', d: 'e' }],
    redis: { host: 'h', password: 'f' },
    headers: { 'x-api-key': 'g' },
  };
  t.same(redactBySchema(config, schema), {
    issuer: 'https://idp.test',
    client_secret: ['[redacted]', '[redacted]'],
    session_secret: '[redacted]',
    client_jwk: [{ kid: 'k', d: '[redacted]' }],
    redis: { host: 'h', password: '[redacted]' },
    headers: { 'x-api-key': '[redacted]' },
  });
  t.end();
});

t.test('fields that are not set stay away, empty lists stay empty lists', (t) => {
  const config = { client_jwk: [], redis: {}, session_secret: null };
  t.same(redactBySchema(config, schema), config);
  t.end();
});

t.test('what a condition says about a value counts', (t) => {
  const conditional = { allOf: [{ if: {}, then: { properties: { key: { type: 'string', 'x-secret': true } } } }] };
  t.same(redactBySchema({ key: 'k' }, conditional), { key: '[redacted]' });
  t.end();
});

t.test('a vault reference is no secret', (t) => {
  const config = { session_secret: '{vault://env/session}', client_secret: ['{vault://env/a}', 'b'] };
  t.match(redactBySchema(config, schema), {
    session_secret: '{vault://env/session}',
    client_secret: ['{vault://env/a}', '[redacted]'],
  });
  t.end();
});

t.test('without a schema, names that speak of secrets are redacted', (t) => {
  const config = { key_names: ['apikey'], secret: 's', nested: [{ api_key: 'k', minutes: 5 }], access_token: 't' };
  t.same(redactByName(config), {
    key_names: ['apikey'],
    secret: '[redacted]',
    nested: [{ api_key: '[redacted]', minutes: 5 }],
    access_token: '[redacted]',
  });
  t.end();
});
