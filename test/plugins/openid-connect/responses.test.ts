import t from 'tap';
import type { Exchange } from '../../../src/pdk/exchange.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { type Refusal, Responses } from '../../../src/plugins/openid-connect/responses.ts';

type Sent = [status: number, body: unknown, headers: Readonly<Record<string, string>> | undefined];

function answer(kind: Refusal['kind'], config: Partial<OpenidConnectConfig> = {}, reason = 'why'): Sent {
  const sent: Sent[] = [];
  const exchange: Pick<Exchange, 'exit'> = {
    exit: (status, body, headers) => {
      sent.push([status, body, headers]);
    },
  };
  const responses = new Responses({ issuer: 'http://keycloak.keycloak:8080/realms/r', ...config });
  responses.send(exchange as Exchange, { kind, reason });
  return sent[0]!;
}

const bearer = 'Bearer realm="keycloak.keycloak"';

const table: [Refusal['kind'], number, string, Record<string, string>][] = [
  ['no-credential', 401, 'Unauthorized', { 'WWW-Authenticate': bearer }],
  ['bad-client', 401, 'Unauthorized', { 'WWW-Authenticate': `${bearer}, error="invalid_token"` }],
  ['bad-token', 401, 'Unauthorized', { 'WWW-Authenticate': `${bearer}, error="invalid_token"` }],
  ['insufficient', 403, 'Forbidden', { 'WWW-Authenticate': `${bearer}, error="insufficient_scope"` }],
  ['unmapped', 403, 'Forbidden', { 'WWW-Authenticate': bearer }],
  ['unexpected', 500, 'An unexpected error occurred', {}],
  ['unavailable', 503, 'Identity provider unavailable', { 'Retry-After': '5' }],
];

for (const [kind, status, message, headers] of table) {
  t.test(`${kind} is ${status} with Kong's body and challenge`, (t) => {
    t.same(answer(kind), [status, { message }, headers]);
    t.end();
  });
}

t.test('the body of a 401 is 26 bytes, of a 403 23', (t) => {
  t.equal(JSON.stringify(answer('bad-client')[1]).length, 26);
  t.equal(JSON.stringify(answer('insufficient')[1]).length, 23);
  t.end();
});

t.test('without expose_error_code the challenge names no error', (t) => {
  for (const kind of ['bad-client', 'bad-token', 'insufficient'] as const) {
    t.same(answer(kind, { expose_error_code: false })[2], { 'WWW-Authenticate': bearer });
  }
  t.end();
});

t.test('messages can be replaced, and can tell the reason', (t) => {
  const config = { unauthorized_error_message: 'Who?', forbidden_error_message: 'No.', display_errors: true };
  t.same(answer('bad-client', config)[1], { message: 'Who? (why)' });
  t.same(answer('insufficient', config)[1], { message: 'No. (why)' });
  t.same(answer('unavailable', config)[1], { message: 'Identity provider unavailable (why)' });
  t.end();
});

t.test('each kind of answer redirects to its own address', (t) => {
  const config = {
    unauthorized_redirect_uri: ['https://a.example/401'],
    forbidden_redirect_uri: ['https://a.example/403'],
    unexpected_redirect_uri: ['https://a.example/500'],
  };
  t.same(answer('no-credential', config), [302, undefined, { Location: 'https://a.example/401' }]);
  t.same(answer('unmapped', config), [302, undefined, { Location: 'https://a.example/403' }]);
  t.same(answer('unexpected', config), [302, undefined, { Location: 'https://a.example/500' }]);
  t.equal(answer('unavailable', config)[0], 503, 'a provider that is down is never a redirect');
  t.end();
});
