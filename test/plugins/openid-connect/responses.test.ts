import t from 'tap';
import type { Exchange } from '../../../src/pdk/exchange.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { type Refusal, Responses } from '../../../src/plugins/openid-connect/responses.ts';

type Sent = [status: number, body: unknown, headers: Readonly<Record<string, string>> | undefined];

function answer(kind: Refusal['kind'], config: Partial<OpenidConnectConfig> = {}, client = 0): Sent {
  const sent: Sent[] = [];
  const exchange: Pick<Exchange, 'exit'> = {
    exit: (status, body, headers) => {
      sent.push([status, body, headers]);
    },
  };
  const responses = new Responses({ issuer: 'http://keycloak.keycloak:8080/realms/r', ...config });
  responses.send(exchange as Exchange, { kind, reason: 'why' }, client);
  return sent[0]!;
}

const bearer = 'Bearer realm="keycloak.keycloak"';

const table: [Refusal['kind'], number, string, Record<string, string>][] = [
  ['no-credential', 401, 'Unauthorized', { 'WWW-Authenticate': bearer }],
  ['bad-client', 401, 'Unauthorized', { 'WWW-Authenticate': `${bearer}, error="invalid_token"` }],
  ['bad-token', 401, 'Unauthorized', { 'WWW-Authenticate': `${bearer}, error="invalid_token"` }],
  ['insufficient', 403, 'Forbidden', { 'WWW-Authenticate': `${bearer}, error="insufficient_scope"` }],
  ['unmapped', 403, 'Forbidden', { 'WWW-Authenticate': bearer }],
  ['ungrouped', 403, 'Forbidden', { 'WWW-Authenticate': bearer }],
  ['bad-request', 400, 'Bad request', { 'WWW-Authenticate': `${bearer}, error="invalid_request"` }],
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
  for (const kind of ['bad-request', 'bad-client', 'bad-token', 'insufficient'] as const) {
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

t.test('a redirect is that of the own client in use, else the first; an empty one is none', (t) => {
  const config = { unauthorized_redirect_uri: ['https://a.example/', 'https://b.example/', ''] };
  t.same(answer('bad-token', config, 0)[2], { Location: 'https://a.example/' });
  t.same(answer('bad-token', config, 1)[2], { Location: 'https://b.example/' });
  t.equal(answer('bad-token', config, 2)[0], 401);
  t.same(answer('bad-token', config, 3)[2], { Location: 'https://a.example/' });
  t.end();
});

t.test('the client matters only where a list has several addresses', (t) => {
  const depends = (config: Partial<OpenidConnectConfig>) =>
    new Responses({ issuer: 'https://idp.example', ...config }).dependOnClient;
  t.notOk(depends({}));
  t.notOk(depends({ forbidden_redirect_uri: ['https://a.example/'] }));
  t.ok(depends({ forbidden_redirect_uri: ['https://a.example/', 'https://b.example/'] }));
  t.end();
});

t.test('another scheme’s challenge takes the place of ours, and further headers go out with it', (t) => {
  const sent: Sent[] = [];
  const exchange = { exit: (...all: Sent) => sent.push(all) } as unknown as Exchange;
  const responses = new Responses({ issuer: 'https://idp.example' });
  const challenge = 'DPoP error="use_dpop_nonce"';
  responses.send(exchange, { kind: 'bad-token', reason: 'why', challenge, headers: { 'DPoP-Nonce': 'n' } }, 0);
  t.same(sent[0]?.[2], { 'WWW-Authenticate': challenge, 'DPoP-Nonce': 'n' });
  t.end();
});
