import fc from 'fast-check';
import t from 'tap';
import type { HttpQuestion, StreamQuestion } from '../../../src/cli/routing/question.ts';
import { readQuestion } from '../../../src/cli/routing/read-question.ts';
import type { JsonValue } from '../../../src/lib/json.ts';

function http(value: JsonValue): HttpQuestion {
  const result = readQuestion(value);
  if ('problem' in result || result.question.kind !== 'http') throw new Error(JSON.stringify(result));
  return result.question;
}

function problem(value: JsonValue): string {
  const result = readQuestion(value);
  return 'problem' in result ? `${result.problem.path.join('.')}: ${result.problem.message}` : 'none';
}

t.test('a URL gives scheme, host, port, target and server name, untouched', (t) => {
  t.match(http('GET https://User:pw@Api.Example:8443/a/../b//%2e?x=1#top'), {
    method: 'GET',
    scheme: 'https',
    host: 'Api.Example:8443',
    port: 8443,
    target: '/a/../b//%2e?x=1',
    sni: 'Api.Example',
    rawHeaders: ['Host', 'Api.Example:8443'],
  });
  t.match(http({ url: 'http://a.example' }), { method: 'GET', port: 80, target: '/', sni: null });
  t.equal(http({ url: 'https://10.0.0.1/' }).sni, null, 'an address is no server name');
  t.equal(http({ url: 'https://[::1]:8443/' }).host, '[::1]:8443');
  t.equal(http({ url: 'https://a.example/', sni: 'b.example' }).sni, 'b.example');
  t.equal(http({ url: 'https://a.example/', sni: null }).sni, null, 'null says that there is none');
  t.end();
});

t.test('a request may come in pieces, with headers and queries of several values', (t) => {
  const question = http({
    ...{ method: 'POST', scheme: 'https', host: 'a.example:9443', path: '/x?z=0' },
    headers: { Host: 'ignored.example', 'X-V': ['1', '2'], n: 3 },
    query: { a: ['1', '2 3'], b: true, c: '' },
    ...{ src_ip: '10.0.0.1', src_port: 1234, dst_ip: '10.0.0.2', dst_port: 8443 },
  });
  t.strictSame(question, {
    kind: 'http',
    method: 'POST',
    scheme: 'https',
    host: 'a.example:9443',
    port: 8443,
    target: '/x?z=0&a=1&a=2%203&b&c=',
    rawHeaders: ['Host', 'a.example:9443', 'X-V', '1', 'X-V', '2', 'n', '3'],
    sni: null,
    sourceIp: '10.0.0.1',
    sourcePort: 1234,
    destinationIp: '10.0.0.2',
    httpVersion: null,
  });
  t.strictSame(http({ path: '/' }).rawHeaders, [], 'no host, no Host header');
  t.end();
});

t.test('letters outside ASCII go over the wire as clients send them', (t) => {
  t.equal(http({ url: 'http://a.example/é x' }).target, '/%C3%A9%20x');
  t.equal(http({ path: '/', headers: { 'X-N': 'é' } }).rawHeaders[1], 'Ã©', 'bytes of UTF-8, as Node hands them over');
  t.end();
});

t.test('gRPC, WebSocket and connections say what their protocol implies', (t) => {
  t.match(http('grpcs://a.example/pkg.Service/Call'), {
    method: 'POST',
    scheme: 'https',
    rawHeaders: ['Host', 'a.example', 'content-type', 'application/grpc'],
  });
  t.match(http('ws://a.example/chat').rawHeaders, [
    'Host',
    'a.example',
    'connection',
    'Upgrade',
    'upgrade',
    'websocket',
  ]);
  const stream = (value: JsonValue): StreamQuestion => {
    const result = readQuestion(value);
    if ('problem' in result || result.question.kind !== 'stream') throw new Error(JSON.stringify(result));
    return result.question;
  };
  t.match(stream('tls://db.example:5432'), {
    protocol: 'tls',
    sni: 'db.example',
    destinationPort: 5432,
    destinationIp: null,
  });
  t.match(stream('tcp://10.0.0.9:5432'), {
    protocol: 'tcp',
    sni: null,
    destinationIp: '10.0.0.9',
    destinationPort: 5432,
  });
  t.match(stream({ scheme: 'tcp', sni: 'x.example', src_ip: '::1', dst_port: 1 }), {
    sni: 'x.example',
    sourceIp: '::1',
  });
  t.end();
});

t.test('mistakes name the member and say what would do', (t) => {
  t.equal(problem(3), ': a request must be an object, or a text such as "GET https://host/path"');
  t.equal(problem('GET / HTTP/1.1'), ': a request must be "METHOD URL" or "URL"');
  t.equal(problem({ mehtod: 'GET', url: '/' }), 'mehtod: unknown member "mehtod"; did you mean "method"?');
  t.equal(
    problem({ url: 'orders' }),
    'url: "orders" is neither a path nor an http(s) URL; write /path or http://host/path',
  );
  t.equal(problem({ url: '/', path: '/' }), 'path: "url" and "path" exclude each other');
  t.equal(problem({ url: 'htps://a/' }), 'url: "htps" is no protocol that gw routes; did you mean "https"?');
  t.equal(problem({ path: 'a' }), 'path: path "a" must begin with "/"');
  t.equal(problem({ path: '/', src_ip: '10.0.0.300' }), 'src_ip: "src_ip" must be an IP address, not "10.0.0.300"');
  t.equal(problem({ path: '/', dst_port: '80' }), 'dst_port: "dst_port" must be a port number');
  t.equal(problem({ path: '/', method: 'GE T' }), 'method: "GE T" is no HTTP method');
  t.equal(problem({ path: '/', headers: { 'a b': '1' } }), 'headers.a b: "a b" is no header name');
  t.equal(problem({ path: '/', headers: { a: {} } }), 'headers.a: "a" must be a text or a list of texts');
  t.equal(problem({ path: '/', http_version: 3 }), 'http_version: "http_version" must be 1.1 or 2');
  t.equal(problem({ path: '/', name: 'mine', case: 7 }), 'none', 'members of others are left alone');
  t.end();
});

t.test('whatever a line holds, it is a request or has a problem', (t) => {
  const value = fc.oneof(
    fc.json().map((text) => JSON.parse(text) as JsonValue),
    fc.record(
      {
        method: fc.string(),
        url: fc.oneof(fc.webUrl(), fc.string()),
        headers: fc.dictionary(fc.string(), fc.string()),
        query: fc.oneof(fc.string(), fc.dictionary(fc.string(), fc.string())),
        sni: fc.string(),
        src_ip: fc.oneof(fc.ipV4(), fc.string()),
        dst_port: fc.oneof(fc.integer(), fc.string()),
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(value, (given) => {
      const result = readQuestion(given);
      return 'problem' in result ? result.problem.message !== '' : /^\/[!-~]*$/.test(targetOf(result.question));
    }),
    { numRuns: 2_000 },
  );
  t.end();
});

function targetOf(question: HttpQuestion | StreamQuestion): string {
  return question.kind === 'http' ? question.target : '/';
}
