import t from 'tap';
import { nothingElse, type Proven } from '../../../src/plugins/openid-connect/auth-method.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { headerValue } from '../../../src/plugins/openid-connect/header-value.ts';
import {
  headerNames,
  keysAskedFor,
  parseTokenHeader,
  renderTokenHeaders,
  tokenHeaderSettings,
} from '../../../src/plugins/openid-connect/token-headers.ts';

const noKeys = { accessToken: null, idToken: null };

function proven(facts: Partial<Proven>): Proven {
  return {
    ...nothingElse,
    ...{ kind: 'proven', accessToken: 'at', claims: null, clientId: null, cache: 'off' },
    ...{ reusableUntil: 0, provenAt: 0 },
    ...facts,
  };
}

function settings(config: Partial<OpenidConnectConfig>) {
  return tokenHeaderSettings({ issuer: 'https://idp.example', ...config }, 'upstream');
}

function render(config: Partial<OpenidConnectConfig>, facts: Partial<Proven>, keys = noKeys): string[] {
  return renderTokenHeaders(settings(config), proven(facts), keys, []);
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

t.test('the token header is a name, or a name with bearer', (t) => {
  t.same(parseTokenHeader('authorization:bearer'), { name: 'authorization', isBearer: true });
  t.same(parseTokenHeader('X_Token'), { name: 'X-Token', isBearer: false });
  for (const text of [null, '', ':bearer', 'x y', 'Content-Length', 'transfer_encoding:bearer', 'x\r\ny', 'Host']) {
    t.equal(parseTokenHeader(text), null, String(text));
  }
  t.end();
});

t.test('claims are text when scalar and Base64 of JSON otherwise', (t) => {
  t.equal(headerValue('a'), 'a');
  t.equal(headerValue(1.5), '1.5');
  t.equal(headerValue(true), 'true');
  t.equal(headerValue(['a']), base64(['a']));
  t.equal(headerValue({ a: 1 }), base64({ a: 1 }));
  t.end();
});

t.test('text that is not ASCII goes out as UTF-8', (t) => {
  t.equal(headerValue('ü'), 'Ã¼');
  t.equal(headerValue(['ü']), base64(['ü']));
  t.end();
});

t.test('line breaks, NUL and long values are left out and reported', (t) => {
  const names = ['lf', 'cr', 'nul', 'long', 'fine', 'missing', 'none'];
  const claims = { lf: 'a\nX: y', cr: 'a\rb', nul: 'a\0', long: 'x'.repeat(8193), fine: 'x'.repeat(8192), none: null };
  const dropped: string[] = [];
  const config = { upstream_headers: names.map((name) => ({ header: name, path: [name] })) };
  t.same(renderTokenHeaders(settings(config), proven({ claims }), noKeys, dropped), ['fine', claims.fine]);
  t.same(dropped, ['lf', 'cr', 'nul', 'long']);
  t.end();
});

t.test('the access token may be of any length, other tokens may not', (t) => {
  const long = 'x'.repeat(9000);
  const config = { upstream_access_token_header: 'at', upstream_id_token_header: 'idt' };
  t.same(render(config, { accessToken: long, idToken: long }), ['at', long]);
  t.end();
});

t.test('every token and document goes under its own name: tokens as they are, the rest as Base64 of JSON', (t) => {
  const keys = { accessToken: { kty: 'RSA', kid: 'a' }, idToken: { kty: 'EC', kid: 'i' } };
  const facts = { idToken: 'idt', introspection: { active: true }, introspectionJwt: 'i.j.w', refreshToken: 'rt' };
  const userInfo = { sub: 'me' };
  const expected: Record<string, string> = {
    access_token_jwk: base64(keys.accessToken),
    id_token: 'idt',
    id_token_jwk: base64(keys.idToken),
    introspection: base64(facts.introspection),
    introspection_jwt: 'i.j.w',
    refresh_token: 'rt',
    user_info: base64(userInfo),
    user_info_jwt: 'u.j.w',
  };
  const all = proven({ ...facts, userInfo, userInfoJwt: 'u.j.w' });
  for (const side of ['upstream', 'downstream'] as const) {
    for (const [name, value] of Object.entries(expected)) {
      const config = { issuer: 'https://idp.example', [`${side}_${name}_header`]: `x_${name}` };
      const own = tokenHeaderSettings(config, side);
      const header = `x-${name.replaceAll('_', '-')}`;
      t.same(renderTokenHeaders(own, all, keys, []), [header, value], `${side} ${name}`);
      t.same(renderTokenHeaders(own, proven({}), noKeys, []), [], `${side}, without ${name}`);
      t.same(headerNames(own), [header]);
      const other = tokenHeaderSettings(config, side === 'upstream' ? 'downstream' : 'upstream');
      t.same(headerNames(other), [], `only ${side}`);
    }
  }
  t.end();
});

t.test('keys are asked for only when a header is to carry them', (t) => {
  t.same(keysAskedFor([settings({ upstream_id_token_header: 'x' })]), { accessToken: false, idToken: false });
  t.same(keysAskedFor([settings({ upstream_id_token_jwk_header: 'x' })]), { accessToken: false, idToken: true });
  t.same(keysAskedFor([settings({ upstream_access_token_jwk_header: 'x' })]), { accessToken: true, idToken: false });
  t.end();
});

t.test('a claim is searched in access token, introspection, ID token and userinfo, and null is no value', (t) => {
  const config = { upstream_headers: [{ header: 'x', path: ['a', 'b'] }] };
  const sources = { introspection: { a: { b: 2 } }, idTokenClaims: { a: { b: 3 } }, userInfo: { a: { b: 4 } } };
  t.same(render(config, { claims: { a: { b: 1 } }, ...sources }), ['x', '1']);
  t.same(render(config, { claims: { a: 1 }, ...sources }), ['x', '2']);
  t.same(render(config, { ...sources, introspection: { a: { b: null } } }), ['x', '3']);
  t.same(render(config, { userInfo: sources.userInfo }), ['x', '4']);
  t.end();
});

t.test('the new form of claim headers wins, the old one is top level only', (t) => {
  const old = { upstream_headers_claims: ['a.b'], upstream_headers_names: ['x_a'] };
  t.same(settings(old).claims, [{ header: 'x-a', path: ['a.b'] }]);
  const modern = { upstream_headers: [{ header: 'x', path: ['a', 'b'] }] };
  t.same(settings({ ...old, ...modern }).claims, modern.upstream_headers);
  t.end();
});

t.test('claims never become headers that frame or address a message', (t) => {
  const names = ['Content-Length', 'connection', 'Transfer_Encoding', 'host', 'x y', ''];
  t.same(settings({ upstream_headers_claims: names, upstream_headers_names: names }).claims, []);
  t.end();
});
