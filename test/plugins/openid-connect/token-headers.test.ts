import t from 'tap';
import {
  claimHeaders,
  headerValue,
  parseTokenHeader,
  renderTokenHeaders,
} from '../../../src/plugins/openid-connect/token-headers.ts';

t.test('the token header is a name, or a name with bearer', (t) => {
  t.same(parseTokenHeader('authorization:bearer'), { name: 'authorization', isBearer: true });
  t.same(parseTokenHeader('X_Token'), { name: 'X-Token', isBearer: false });
  for (const text of [null, '', ':bearer', 'x y', 'Content-Length', 'transfer_encoding:bearer', 'x\r\ny']) {
    t.equal(parseTokenHeader(text), null, String(text));
  }
  t.end();
});

t.test('claims are text when scalar and Base64 of JSON otherwise', (t) => {
  t.equal(headerValue('a'), 'a');
  t.equal(headerValue(1.5), '1.5');
  t.equal(headerValue(true), 'true');
  t.equal(headerValue(['a']), Buffer.from('["a"]').toString('base64'));
  t.equal(headerValue({ a: 1 }), Buffer.from('{"a":1}').toString('base64'));
  t.end();
});

t.test('text that is not ASCII goes out as UTF-8', (t) => {
  t.equal(headerValue('ü'), 'Ã¼');
  t.end();
});

t.test('line breaks, NUL and long values are left out and reported', (t) => {
  const settings = {
    token: null,
    claims: ['lf', 'cr', 'nul', 'long', 'fine', 'missing', 'none'].map((name) => ({ header: name, path: [name] })),
  };
  const claims = { lf: 'a\nX: y', cr: 'a\rb', nul: 'a\0', long: 'x'.repeat(8193), fine: 'x'.repeat(8192), none: null };
  const dropped: string[] = [];
  t.same(renderTokenHeaders(settings, 'at', [claims], dropped), ['fine', claims.fine]);
  t.same(dropped, ['lf', 'cr', 'nul', 'long']);
  t.end();
});

t.test('the new form of claim headers wins, the old one is top level only', (t) => {
  t.same(claimHeaders(null, ['a.b'], ['x_a']), [{ header: 'x-a', path: ['a.b'] }]);
  t.same(claimHeaders([{ header: 'x', path: ['a', 'b'] }], ['c'], ['y']), [{ header: 'x', path: ['a', 'b'] }]);
  t.end();
});

t.test('claims never become headers that frame a message', (t) => {
  const names = ['Content-Length', 'connection', 'Transfer_Encoding', 'x y', ''];
  t.same(claimHeaders(null, names, names), []);
  t.end();
});
