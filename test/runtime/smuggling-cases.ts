/** What must become of a request: an answer by the gateway and the end of the connection, or one clear request. */
export type Outcome =
  | {
      /** Status of the gateway's own answer, after which the connection is closed. */
      readonly refused: number;
      /** True when the fault is in the body, whose beginning may have reached the upstream as a part of a request. */
      readonly inBody?: boolean;
    }
  | {
      /** Request line without version, as the upstream must see it. */
      readonly forwarded: string;
      readonly body?: string;
      /** Fields the upstream must see, or must not see (`null`). */
      readonly fields?: Readonly<Record<string, string | null>>;
      /** Fields behind the body; none when left out. */
      readonly trailers?: readonly (readonly [string, string])[];
      /** True when the caller asked for the end of the connection: nothing behind it is read. */
      readonly closes?: boolean;
    };

/** A request with something wrong or suspicious about it. */
export type SmugglingCase = Outcome & { readonly name: string; readonly bytes: string };

/** Lines of a head, with the empty one at its end. */
function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function get(target: string, ...fields: readonly string[]): string {
  return head(`GET ${target} HTTP/1.1`, 'Host: a.example', ...fields);
}

function post(fields: readonly string[], body: string): string {
  return head('POST /p HTTP/1.1', 'Host: a.example', ...fields) + body;
}

function chunked(body: string): string {
  return post(['Transfer-Encoding: chunked'], body);
}

const refused = 400;
const inBody = true;
const hello = { forwarded: 'POST /p', body: 'hello' } as const;
const end = '0\r\n\r\n';

const lengths: readonly SmugglingCase[] = [
  { name: 'CL and TE', bytes: post(['Content-Length: 6', 'Transfer-Encoding: chunked'], `${end}G`), refused },
  {
    name: 'TE and CL',
    bytes: post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `5\r\nhello\r\n${end}`),
    refused,
  },
  { name: 'CL 0 and TE', bytes: post(['Content-Length: 0', 'Transfer-Encoding: chunked'], end), refused },
  { name: 'CL and TE identity', bytes: post(['Content-Length: 5', 'Transfer-Encoding: identity'], 'hello'), refused },
  { name: 'CL and empty TE', bytes: post(['Content-Length: 5', 'Transfer-Encoding:'], 'hello'), refused },
  {
    name: 'CL and TE with underscore',
    bytes: post(['Content-Length: 5', 'Transfer_Encoding: chunked'], 'hello'),
    refused,
  },
  { name: 'TE and CL with underscore', bytes: post(['Transfer-Encoding: chunked', 'Content_Length: 4'], end), refused },
  { name: 'CL with underscore alone', bytes: post(['Content_Length: 5'], 'hello'), refused },
  { name: 'TE with underscore alone', bytes: post(['TRANSFER_ENCODING: chunked'], end), refused },
  { name: 'CL twice, equal', bytes: post(['Content-Length: 5', 'Content-Length: 5'], 'hello'), refused },
  { name: 'CL twice, different', bytes: post(['Content-Length: 5', 'Content-Length: 0'], 'hello'), refused },
  { name: 'CL as a list of equals', bytes: post(['Content-Length: 5, 5'], 'hello'), refused },
  { name: 'CL as a list', bytes: post(['Content-Length: 5, 0'], 'hello'), refused },
  { name: 'CL with plus', bytes: post(['Content-Length: +5'], 'hello'), refused },
  { name: 'CL with minus', bytes: post(['Content-Length: -5'], 'hello'), refused },
  { name: 'CL hexadecimal', bytes: post(['Content-Length: 0x5'], 'hello'), refused },
  { name: 'CL with exponent', bytes: post(['Content-Length: 5e0'], 'hello'), refused },
  { name: 'CL with fraction', bytes: post(['Content-Length: 5.0'], 'hello'), refused },
  { name: 'CL with blank inside', bytes: post(['Content-Length: 5 5'], 'hello'), refused },
  { name: 'CL in quotes', bytes: post(['Content-Length: "5"'], 'hello'), refused },
  { name: 'CL empty', bytes: post(['Content-Length:'], ''), refused },
  { name: 'CL of blanks', bytes: post(['Content-Length:   '], ''), refused },
  { name: 'CL after vertical tab', bytes: post(['Content-Length: \x0b5'], 'hello'), refused },
  { name: 'CL after NUL', bytes: post(['Content-Length: \x005'], 'hello'), refused },
  { name: 'CL not exact as a number', bytes: post(['Content-Length: 9007199254740993'], 'hello'), refused },
  { name: 'CL of 20 digits', bytes: post(['Content-Length: 18446744073709551616'], 'hello'), refused },
  { name: 'CL wrapping to 5 in 64 bits', bytes: post(['Content-Length: 18446744073709551621'], 'hello'), refused },
  {
    name: 'CL with leading zeros',
    bytes: post(['Content-Length: 005'], 'hello'),
    ...hello,
    fields: { 'content-length': '5' },
  },
  { name: 'CL with blanks around', bytes: post(['Content-Length: \t 5 '], 'hello'), ...hello },
  { name: 'CL on GET', bytes: `${get('/g', 'Content-Length: 5')}hello`, forwarded: 'GET /g', body: 'hello' },
  { name: 'CL 0 on GET', bytes: get('/g', 'Content-Length: 0'), forwarded: 'GET /g' },
  {
    name: 'a request as the body of GET',
    bytes: `${get('/g', 'Content-Length: 23')}GET /admin HTTP/1.1\r\n\r\n`,
    forwarded: 'GET /g',
    body: 'GET /admin HTTP/1.1\r\n\r\n',
  },
  {
    name: 'CL named by Connection',
    bytes: post(['Connection: content-length', 'Content-Length: 5'], 'hello'),
    ...hello,
  },
  {
    name: 'TE named by Connection',
    bytes: post(['Connection: transfer-encoding', 'Transfer-Encoding: chunked'], `5\r\nhello\r\n${end}`),
    ...hello,
  },
];

const codings: readonly SmugglingCase[] = [
  { name: 'TE chunked twice in a line', bytes: post(['Transfer-Encoding: chunked, chunked'], end), refused },
  { name: 'TE chunked twice', bytes: post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], end), refused },
  {
    name: 'TE unknown, then chunked',
    bytes: post(['Transfer-Encoding: x', 'Transfer-Encoding: chunked'], end),
    refused,
  },
  {
    name: 'TE chunked, then identity',
    bytes: post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], end),
    refused,
  },
  { name: 'TE gzip, chunked', bytes: post(['Transfer-Encoding: gzip, chunked'], end), refused },
  { name: 'TE chunked, gzip', bytes: post(['Transfer-Encoding: chunked, gzip'], end), refused },
  { name: 'TE xchunked', bytes: post(['Transfer-Encoding: xchunked'], end), refused },
  { name: 'TE chunkedx', bytes: post(['Transfer-Encoding: chunkedx'], end), refused },
  { name: 'TE with parameter', bytes: post(['Transfer-Encoding: chunked;q=1'], end), refused },
  { name: 'TE in quotes', bytes: post(['Transfer-Encoding: "chunked"'], end), refused },
  { name: 'TE after comma', bytes: post(['Transfer-Encoding: ,chunked'], end), refused },
  { name: 'TE before comma', bytes: post(['Transfer-Encoding: chunked,'], end), refused },
  { name: 'TE identity', bytes: post(['Transfer-Encoding: identity'], ''), refused },
  { name: 'TE gzip', bytes: post(['Transfer-Encoding: gzip'], ''), refused },
  { name: 'TE empty', bytes: post(['Transfer-Encoding: '], ''), refused },
  { name: 'TE after vertical tab', bytes: post(['Transfer-Encoding: \x0bchunked'], end), refused },
  { name: 'TE before form feed', bytes: post(['Transfer-Encoding: chunked\x0c'], end), refused },
  { name: 'TE with NUL', bytes: post(['Transfer-Encoding: chunked\x00'], end), refused },
  { name: 'TE with non-ASCII byte', bytes: post(['Transfer-Encoding: \xa0chunked'], end), refused },
  { name: 'TE with blank before colon', bytes: post(['Transfer-Encoding : chunked'], end), refused },
  { name: 'TE with tab before colon', bytes: post(['Transfer-Encoding\t: chunked'], end), refused },
  { name: 'TE folded', bytes: post(['Transfer-Encoding:\r\n chunked'], end), refused },
  { name: 'TE folded behind another field', bytes: post(['X-A: b\r\n Transfer-Encoding: chunked'], end), refused },
  { name: 'TE behind bare LF', bytes: post(['X-A: b\nTransfer-Encoding: chunked'], end), refused },
  { name: 'TE behind bare CR', bytes: post(['X-A: b\rTransfer-Encoding: chunked'], end), refused },
  {
    name: 'TE in HTTP/1.0',
    bytes: `${head('POST /p HTTP/1.0', 'Host: a.example', 'Transfer-Encoding: chunked')}${end}`,
    refused,
  },
  { name: 'TE in odd case', bytes: post(['tRANSFER-eNCODING: ChUnKeD'], `5\r\nhello\r\n${end}`), ...hello },
  { name: 'TE with tab and blanks', bytes: post(['Transfer-Encoding:\t chunked '], `5\r\nhello\r\n${end}`), ...hello },
  { name: 'TE on GET', bytes: get('/g', 'Transfer-Encoding: chunked') + end, forwarded: 'GET /g', body: '' },
];

const chunks: readonly SmugglingCase[] = [
  { name: 'chunk size with 0x', bytes: chunked(`0x5\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size with plus', bytes: chunked(`+5\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size with minus', bytes: chunked(`-5\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size after blank', bytes: chunked(` 5\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size before blank', bytes: chunked(`5 \r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size before tab', bytes: chunked(`5\t\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size empty', bytes: chunked(`\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size not hexadecimal', bytes: chunked(`5g\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size with underscore', bytes: chunked(`0_5\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size of 17 digits', bytes: chunked(`10000000000000005\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size of 20 f', bytes: chunked(`ffffffffffffffffffff\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size before bare LF', bytes: chunked(`5\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk size before bare CR', bytes: chunked(`5\rhello\r\n${end}`), refused, inBody },
  { name: 'chunk longer than its size', bytes: chunked(`3\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk before bare LF', bytes: chunked(`5\r\nhello\n${end}`), refused, inBody },
  { name: 'chunk before bare CR', bytes: chunked(`5\r\nhello\r${end}`), refused, inBody },
  { name: 'chunk without line end', bytes: chunked(`5\r\nhello${end}`), refused, inBody },
  { name: 'last chunk before bare LF', bytes: chunked(`5\r\nhello\r\n0\n\r\n`), refused, inBody },
  { name: 'end of body with bare LF', bytes: chunked(`5\r\nhello\r\n0\r\n\n`), refused, inBody },
  { name: 'chunk extension with bare LF', bytes: chunked(`5;a\nb\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk extension with bare CR', bytes: chunked(`5;a\rb\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk extension with NUL', bytes: chunked(`5;a\x00\r\nhello\r\n${end}`), refused, inBody },
  { name: 'chunk extension without name', bytes: chunked(`5;\r\nhello\r\n${end}`), refused, inBody },
  { name: 'trailer Content-Length', bytes: chunked(`5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n`), refused, inBody },
  {
    name: 'trailer Transfer-Encoding',
    bytes: chunked(`5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n`),
    refused,
    inBody,
  },
  { name: 'trailer with bare LF', bytes: chunked(`5\r\nhello\r\n0\r\nX-A: b\n\r\n`), refused, inBody },
  { name: 'trailer with blank before colon', bytes: chunked(`5\r\nhello\r\n0\r\nX-A : b\r\n\r\n`), refused, inBody },
  { name: 'trailer folded', bytes: chunked(`5\r\nhello\r\n0\r\nX-A: b\r\n c\r\n\r\n`), refused, inBody },
  { name: 'trailer Host', bytes: chunked(`5\r\nhello\r\n0\r\nHost: b.example\r\n\r\n`), ...hello },
  {
    name: 'announced trailers, of which only harmless ones pass',
    bytes: post(
      ['Transfer-Encoding: chunked', 'Trailer: X-A, Content-Type, X-Consumer-Id, X_Forwarded_For, Authorization'],
      '5\r\nhello\r\n0\r\nX-A: b\r\nContent-Type: c\r\nX-Consumer-Id: 1\r\nX_Forwarded_For: d\r\nAuthorization: e\r\nCookie: f\r\n\r\n',
    ),
    ...hello,
    trailers: [['x-a', 'b']],
    fields: { 'content-length': null, trailer: 'X-A' },
  },
  {
    name: 'trailer that names the caller',
    bytes: chunked(`5\r\nhello\r\n0\r\nX-Consumer-Id: 1\r\n\r\n`),
    ...hello,
    fields: { 'x-consumer-id': null },
  },
  { name: 'chunk extension', bytes: chunked(`5;a=b\r\nhello\r\n0;c\r\n\r\n`), ...hello },
  { name: 'chunk extension in quotes', bytes: chunked(`5;a="b; c"\r\nhello\r\n${end}`), ...hello },
  { name: 'chunk size with leading zeros', bytes: chunked(`0000000005\r\nhello\r\n000\r\n\r\n`), ...hello },
  {
    name: 'a request in a chunk',
    bytes: chunked(`12\r\nGET / HTTP/1.1\r\n\r\n\r\n${end}`),
    forwarded: 'POST /p',
    body: 'GET / HTTP/1.1\r\n\r\n',
  },
];

const lines: readonly SmugglingCase[] = [
  { name: 'only bare LF', bytes: 'GET /g HTTP/1.1\nHost: a.example\n\n', refused },
  { name: 'bare LF after the request line', bytes: 'GET /g HTTP/1.1\nHost: a.example\r\n\r\n', refused },
  { name: 'bare LF after a field', bytes: 'GET /g HTTP/1.1\r\nHost: a.example\nX-A: b\r\n\r\n', refused },
  { name: 'bare LF at the end', bytes: 'GET /g HTTP/1.1\r\nHost: a.example\r\n\n', refused },
  { name: 'bare CR in a value', bytes: get('/g', 'X-A: b\rc'), refused },
  { name: 'bare CR at the end', bytes: 'GET /g HTTP/1.1\r\nHost: a.example\r\n\rGET', refused },
  { name: 'two CR before LF', bytes: 'GET /g HTTP/1.1\r\nHost: a.example\r\r\n\r\n', refused },
  { name: 'NUL in a value', bytes: get('/g', 'X-A: b\x00c'), refused },
  { name: 'NUL in a name', bytes: get('/g', 'X\x00A: b'), refused },
  { name: 'control character in a value', bytes: get('/g', 'X-A: b\x01c'), refused },
  { name: 'DEL in a value', bytes: get('/g', 'X-A: b\x7fc'), refused },
  { name: 'folded value', bytes: get('/g', 'X-A: b\r\n c'), refused },
  { name: 'folded with tab', bytes: get('/g', 'X-A: b\r\n\tc'), refused },
  { name: 'fold before the first field', bytes: 'GET /g HTTP/1.1\r\n X-A: b\r\nHost: a.example\r\n\r\n', refused },
  { name: 'folded Host', bytes: 'GET /g HTTP/1.1\r\nHost:\r\n a.example\r\n\r\n', refused },
  { name: 'blank before colon', bytes: get('/g', 'X-A : b'), refused },
  { name: 'tab before colon', bytes: get('/g', 'X-A\t: b'), refused },
  { name: 'blank before a name', bytes: get('/g', ' X-A: b'), refused },
  { name: 'blank in a name', bytes: get('/g', 'X A: b'), refused },
  { name: 'empty name', bytes: get('/g', ': b'), refused },
  { name: 'line without colon', bytes: get('/g', 'X-A'), refused },
  { name: 'parenthesis in a name', bytes: get('/g', 'X(A): b'), refused },
  { name: 'slash in a name', bytes: get('/g', 'X/A: b'), refused },
  { name: 'non-ASCII byte in a name', bytes: get('/g', 'X-\xe9: b'), refused },
  { name: 'Content-Length with a byte order mark', bytes: post(['\xef\xbb\xbfContent-Length: 5'], 'hello'), refused },
  { name: 'empty value', bytes: get('/g', 'X-A:'), forwarded: 'GET /g', fields: { 'x-a': '' } },
  { name: 'non-ASCII byte in a value', bytes: get('/g', 'X-A: \xe9'), forwarded: 'GET /g', fields: { 'x-a': '\xe9' } },
  { name: 'tab in a value', bytes: get('/g', 'X-A: b\tc'), forwarded: 'GET /g', fields: { 'x-a': 'b\tc' } },
  { name: 'empty lines before the request', bytes: `\r\n\r\n${get('/g')}`, forwarded: 'GET /g' },
];

const requestLines: readonly SmugglingCase[] = [
  { name: 'HTTP/0.9', bytes: 'GET /g\r\n\r\n', refused: 505 },
  { name: 'HTTP/0.9 by version', bytes: head('GET /g HTTP/0.9', 'Host: a.example'), refused: 505 },
  { name: 'HTTP/2.0 by version', bytes: head('GET /g HTTP/2.0', 'Host: a.example'), refused: 505 },
  { name: 'HTTP/1.2', bytes: head('GET /g HTTP/1.2', 'Host: a.example'), refused },
  { name: 'HTTP/1.10', bytes: head('GET /g HTTP/1.10', 'Host: a.example'), refused },
  { name: 'HTTP/1', bytes: head('GET /g HTTP/1', 'Host: a.example'), refused },
  { name: 'HTTP/01.1', bytes: head('GET /g HTTP/01.1', 'Host: a.example'), refused },
  { name: 'HTTP/1,1', bytes: head('GET /g HTTP/1,1', 'Host: a.example'), refused },
  { name: 'protocol in lower case', bytes: head('GET /g http/1.1', 'Host: a.example'), refused },
  { name: 'another protocol', bytes: head('GET /g SPDY/1.1', 'Host: a.example'), refused },
  { name: 'blank after the version', bytes: head('GET /g HTTP/1.1 ', 'Host: a.example'), refused },
  { name: 'two versions', bytes: head('GET /g HTTP/1.1 HTTP/1.1', 'Host: a.example'), refused },
  { name: 'tab as separator', bytes: head('GET\t/g HTTP/1.1', 'Host: a.example'), refused },
  { name: 'tab in the target', bytes: get('/g\t'), refused },
  { name: 'blank in the target', bytes: get('/g /admin'), refused },
  { name: 'blank before the method', bytes: ` ${get('/g')}`, refused },
  { name: 'method in lower case', bytes: head('get /g HTTP/1.1', 'Host: a.example'), refused },
  { name: 'unknown method', bytes: head('GETX /g HTTP/1.1', 'Host: a.example'), refused },
  { name: 'colon in the method', bytes: head('GE:T /g HTTP/1.1', 'Host: a.example'), refused },
  { name: 'no method', bytes: head('/g HTTP/1.1', 'Host: a.example'), refused },
  { name: 'NUL in the target', bytes: get('/g\x00'), refused },
  { name: 'control character in the target', bytes: get('/g\x01'), refused },
  { name: 'DEL in the target', bytes: get('/g\x7f'), refused },
  { name: 'non-ASCII byte in the target', bytes: get('/g\xe9'), refused },
  { name: 'encoded NUL in the target', bytes: get('/g%00.png'), refused },
  { name: 'broken escape in the target', bytes: get('/g%2'), refused },
  { name: 'escape that is none in the target', bytes: get('/g%zz'), refused },
  { name: 'fragment in the target', bytes: get('/g#/admin'), refused },
  { name: 'fragment in the query', bytes: get('/g?a#b'), refused },
  { name: 'target without slash', bytes: get('g'), refused },
  { name: 'target that is a query', bytes: get('?g'), refused },
  { name: 'asterisk form', bytes: get('*'), refused },
  { name: 'asterisk form of OPTIONS', bytes: head('OPTIONS * HTTP/1.1', 'Host: a.example'), refused },
  { name: 'authority form', bytes: get('a.example:80'), refused },
  { name: 'CONNECT', bytes: head('CONNECT a.example:80 HTTP/1.1', 'Host: a.example:80'), refused: 405 },
  { name: 'CONNECT of a path', bytes: head('CONNECT /g HTTP/1.1', 'Host: a.example'), refused: 405 },
  { name: 'two blanks as separator', bytes: head('GET  /g  HTTP/1.1', 'Host: a.example'), forwarded: 'GET /g' },
  { name: 'two slashes at the start', bytes: get('//b.example/g'), forwarded: 'GET /b.example/g' },
  {
    name: 'control characters, encoded',
    bytes: get('/g%0d%0aX-A:%20b'),
    forwarded: 'GET /g%0D%0AX-A:%20b',
    fields: { 'x-a': null },
  },
  {
    name: 'line end in the query, encoded',
    bytes: get('/g?a=%0d%0aX-A:b'),
    forwarded: 'GET /g?a=%0d%0aX-A:b',
    fields: { 'x-a': null },
  },
];

const hosts: readonly SmugglingCase[] = [
  { name: 'no Host', bytes: head('GET /g HTTP/1.1', 'X-A: b'), refused },
  { name: 'Host empty', bytes: head('GET /g HTTP/1.1', 'Host:'), refused },
  { name: 'Host twice, different', bytes: get('/g', 'Host: b.example'), refused },
  { name: 'Host twice, equal', bytes: get('/g', 'Host: a.example'), refused },
  { name: 'Host twice in HTTP/1.0', bytes: head('GET /g HTTP/1.0', 'Host: a.example', 'Host: b.example'), refused },
  ...[
    'a b',
    'a\tb',
    'a@b',
    'user:pw@a.example',
    'a/b',
    'a\\b',
    'a?b',
    'a#b',
    'a"b',
    'a<b',
    'a|b',
    'a^b',
    'a.example:80:80',
    'a.example:80x',
    'a.example:-1',
    'a.example:99999',
    'a\xe9',
    ':80',
    '[::1',
    '::1',
    '[::1]x',
    '[::1]:x',
    '[a.example]',
    '[]',
    '[fe80::1%25eth0]',
    'http://a.example',
  ].map((host) => ({ name: `Host ${JSON.stringify(host)}`, bytes: head('GET /g HTTP/1.1', `Host: ${host}`), refused })),
  { name: 'absolute form, another Host', bytes: get('http://b.example/g'), refused },
  { name: 'absolute form, another port', bytes: get('http://a.example:81/g'), refused },
  { name: 'absolute form with userinfo', bytes: get('http://a.example@b.example/g'), refused },
  { name: 'absolute form with backslash', bytes: get('http://a.example\\@b.example/g'), refused },
  { name: 'absolute form without host', bytes: get('http:///g'), refused },
  { name: 'absolute form without Host header', bytes: head('GET http://a.example/g HTTP/1.1', 'X-A: b'), refused },
  { name: 'absolute form of another scheme', bytes: get('ftp://a.example/g'), refused },
  { name: 'absolute form with fragment', bytes: get('http://a.example#/g'), refused },
  { name: 'no Host in HTTP/1.0', bytes: head('GET /g HTTP/1.0', 'X-A: b'), forwarded: 'GET /g', closes: true },
  { name: 'absolute form', bytes: get('http://a.example/g'), forwarded: 'GET /g' },
  { name: 'absolute form in another case', bytes: get('HTTP://A.EXAMPLE/g'), forwarded: 'GET /g' },
  { name: 'absolute form with query alone', bytes: get('http://a.example?q'), forwarded: 'GET /?q' },
  { name: 'Host with port', bytes: head('GET /g HTTP/1.1', 'Host: a.example:8000'), forwarded: 'GET /g' },
  { name: 'Host of IPv6', bytes: head('GET /g HTTP/1.1', 'Host: [::1]:80'), forwarded: 'GET /g' },
  {
    name: 'Host in another place',
    bytes: get('/g', 'X-Forwarded-Host: b.example', 'X_Forwarded_Host: c.example'),
    forwarded: 'GET /g',
    fields: { 'x-forwarded-host': 'a.example', x_forwarded_host: null },
  },
];

const fields: readonly SmugglingCase[] = [
  {
    name: 'field named by Connection',
    bytes: get('/g', 'Connection: X-A', 'X-A: b'),
    forwarded: 'GET /g',
    fields: { 'x-a': null },
  },
  {
    name: 'fields named by two Connection lines',
    bytes: get('/g', 'Connection: X-A', 'X-A: b', 'connection: keep-alive ,\tX-B', 'X-B: c'),
    forwarded: 'GET /g',
    fields: { 'x-a': null, 'x-b': null },
  },
  { name: 'Host named by Connection', bytes: get('/g', 'Connection: Host'), forwarded: 'GET /g' },
  {
    name: 'Authorization named by Connection',
    bytes: get('/g', 'Connection: Authorization, Cookie', 'Authorization: Basic YQ==', 'Cookie: a=b'),
    forwarded: 'GET /g',
    fields: { authorization: 'Basic YQ==', cookie: 'a=b' },
  },
  {
    name: 'gateway fields named by Connection',
    bytes: get('/g', 'Connection: X-Forwarded-For, X-Forwarded-Proto, X-Real-IP, Via, X-Kong-Request-Id'),
    forwarded: 'GET /g',
    fields: { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', 'x-forwarded-proto': 'http' },
  },
  {
    name: 'Keep-Alive, Proxy-Connection and Upgrade',
    bytes: get(
      '/g',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
    ),
    forwarded: 'GET /g',
    fields: { 'keep-alive': null, 'proxy-connection': null, upgrade: null, 'http2-settings': null },
  },
  {
    name: 'Expect without a body',
    bytes: get('/g', 'Expect: 100-continue'),
    forwarded: 'GET /g',
    fields: { expect: null },
  },
  { name: 'Expect that is unknown', bytes: post(['Expect: 200-ok', 'Content-Length: 5'], 'hello'), refused: 417 },
  { name: 'target of 9 KiB', bytes: get(`/${'g'.repeat(9 * 1024)}`), refused: 414 },
  { name: 'field of 9 KiB', bytes: get('/g', `X-A: ${'b'.repeat(9 * 1024)}`), refused: 494 },
  {
    name: 'Upgrade to h2c',
    bytes: get('/g', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA'),
    forwarded: 'GET /g',
    fields: { upgrade: null, 'http2-settings': null },
  },
  {
    name: 'Proxy and Proxy-Authorization',
    bytes: get('/g', 'Proxy: http://evil.example', 'Proxy-Authorization: Basic YQ=='),
    forwarded: 'GET /g',
    fields: { proxy: null, 'proxy-authorization': null },
  },
  {
    name: 'TE beyond trailers',
    bytes: get('/g', 'Connection: TE', 'TE: gzip;q=1, trailers;q=0.5'),
    forwarded: 'GET /g',
    fields: { te: 'trailers' },
  },
  {
    name: 'TE without trailers',
    bytes: get('/g', 'Connection: TE', 'TE: deflate'),
    forwarded: 'GET /g',
    fields: { te: null },
  },
  {
    name: 'X-Consumer-Id with underscores',
    bytes: get('/g', 'X_Consumer_Id: 1', 'x-consumer_username: root'),
    forwarded: 'GET /g',
    fields: { x_consumer_id: null, 'x-consumer_username': null },
  },
  {
    name: 'X-Forwarded-For with underscores',
    bytes: get('/g', 'X_Forwarded_For: 10.0.0.1', 'X-Real_IP: 10.0.0.1'),
    forwarded: 'GET /g',
    fields: { x_forwarded_for: null, 'x-real_ip': null, 'x-forwarded-for': '127.0.0.1' },
  },
  {
    name: 'Proxy with underscore in its relatives',
    bytes: get('/g', 'Proxy_Authorization: Basic YQ==', 'Proxy_Connection: x'),
    forwarded: 'GET /g',
    fields: { proxy_authorization: null, proxy_connection: null },
  },
  {
    name: 'request behind Connection: close',
    bytes: get('/g', 'Connection: close'),
    forwarded: 'GET /g',
    closes: true,
  },
];

/** All of them. The upstream's view of each is part of the case. */
export const smugglingCases: readonly SmugglingCase[] = [
  ...lengths,
  ...codings,
  ...chunks,
  ...lines,
  ...requestLines,
  ...hosts,
  ...fields,
];
