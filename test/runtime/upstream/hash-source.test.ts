import t from 'tap';
import type { Upstream } from '../../../src/entities/upstream.ts';
import { hashSourceOf } from '../../../src/runtime/upstream/algorithm/hash-source.ts';
import { balancerInput } from '../../support/balancer-input.ts';
import { upstream } from '../../support/entities.ts';

const request = balancerInput({
  consumerId: 'bob',
  clientIp: '192.0.2.7',
  path: '/orders',
  headers: { 'x-tenant': 'acme' },
  cookies: { session: 's1' },
  query: { id: '42' },
  captures: { region: 'eu' },
});

function hashed(fields: Partial<Upstream>, input = request): string | undefined {
  return hashSourceOf(upstream('u', fields))(input);
}

void t.test('hashes what hash_on names', (t) => {
  t.equal(hashed({ hash_on: 'none' }), undefined);
  t.equal(hashed({ hash_on: 'consumer' }), 'bob');
  t.equal(hashed({ hash_on: 'ip' }), '192.0.2.7');
  t.equal(hashed({ hash_on: 'path' }), '/orders');
  t.equal(hashed({ hash_on: 'header', hash_on_header: 'x-tenant' }), 'acme');
  t.equal(hashed({ hash_on: 'cookie', hash_on_cookie: 'session' }), 's1');
  t.equal(hashed({ hash_on: 'query_arg', hash_on_query_arg: 'id' }), '42');
  t.equal(hashed({ hash_on: 'uri_capture', hash_on_uri_capture: 'region' }), 'eu');
  t.end();
});

void t.test('hashes the fallback where the request lacks the first', (t) => {
  const bare = balancerInput({ clientIp: '192.0.2.8', query: { id: '7' } });
  t.equal(hashed({ hash_on: 'consumer', hash_fallback: 'ip' }, bare), '192.0.2.8');
  const fields = { hash_on: 'header', hash_on_header: 'x-tenant', hash_fallback: 'query_arg' } as const;
  t.equal(hashed({ ...fields, hash_fallback_query_arg: 'id' }, bare), '7');
  t.equal(hashed({ ...fields, hash_fallback_query_arg: 'other' }, bare), undefined);
  t.end();
});

void t.test('gives a caller without the cookie one, on the path the upstream names', (t) => {
  const bare = balancerInput();
  const value = hashed({ hash_on: 'cookie', hash_on_cookie: 'session', hash_on_cookie_path: '/shop' }, bare);
  t.match(value, /^[0-9a-f-]{36}$/);
  t.same(bare.cookies, [`session=${value}; /shop`]);
  t.same(request.cookies, [], 'a caller that has one gets none');
  t.end();
});
