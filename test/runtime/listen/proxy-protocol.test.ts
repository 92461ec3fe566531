import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import t from 'tap';
import { readProxyHeader } from '../../../src/runtime/listen/proxy-protocol.ts';
import { startListener } from '../../support/listener.ts';
import { RawConnection } from '../../support/raw-connection.ts';

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const GET = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const LINE = 'PROXY TCP4 192.0.2.7 198.51.100.1 51000 443\r\n';
const seen = { remoteAddress: '192.0.2.7', remotePort: 51000, localAddress: '198.51.100.1', localPort: 443 };

/** A version 2 header. */
function version2(options: { command?: number; family?: number; body: Buffer; length?: number }): Buffer {
  const { command = 0x21, family = 0x11, body, length = body.length } = options;
  return Buffer.concat([SIGNATURE, Buffer.from([command, family, length >> 8, length & 0xff]), body]);
}

const body4 = Buffer.from([192, 0, 2, 7, 198, 51, 100, 1, 0xc7, 0x38, 0x01, 0xbb]);

t.test('headers of both versions are read, with what follows left alone', (t) => {
  const sixth = Buffer.concat([
    Buffer.from('20010db8000000000000000000000001', 'hex'),
    Buffer.from('20010db8000100000000000000000002', 'hex'),
    Buffer.from([0xc7, 0x38, 0x01, 0xbb]),
  ]);
  const cases: Record<string, readonly [Buffer, string | null]> = {
    'version 1': [Buffer.from(LINE), '192.0.2.7:51000'],
    'version 1, IPv6': [Buffer.from('PROXY TCP6 2001:db8::1 ::1 1 2\r\n'), '2001:db8::1:1'],
    'version 1, unknown': [Buffer.from('PROXY UNKNOWN\r\n'), null],
    'version 1, unknown with addresses': [Buffer.from('PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n'), null],
    'version 2': [version2({ body: body4 }), '192.0.2.7:51000'],
    'version 2, IPv6': [version2({ family: 0x21, body: sixth }), '2001:db8::1:51000'],
    'version 2 with extensions': [version2({ body: Buffer.concat([body4, randomBytes(40)]) }), '192.0.2.7:51000'],
    'version 2, the sender itself': [version2({ command: 0x20, family: 0, body: Buffer.alloc(0) }), null],
    'version 2, unix sockets': [version2({ family: 0x31, body: Buffer.alloc(216) }), null],
  };
  for (const [label, [bytes, source]] of Object.entries(cases)) {
    const reading = readProxyHeader(Buffer.concat([bytes, Buffer.from(GET)]));
    if (reading.kind !== 'header') {
      t.fail(`${label}: ${reading.kind}`);
      continue;
    }
    t.equal(reading.length, bytes.length, label);
    const { connection } = reading;
    t.equal(connection === null ? null : `${connection.sourceAddress}:${connection.sourcePort}`, source, label);
    for (let cut = 0; cut < bytes.length; cut++) {
      const { kind } = readProxyHeader(bytes.subarray(0, cut));
      if (kind !== 'incomplete') t.fail(`${label}: ${kind} after ${cut} bytes`);
    }
  }
  t.end();
});

t.test('what is no header is refused as soon as that can be seen', (t) => {
  const cases: Record<string, string | Buffer> = {
    'a request': 'GET / HTTP/1.1\r\n',
    'another word': 'PROXI TCP4',
    'an address that is none': 'PROXY TCP4 192.0.2.300 1.2.3.4 1 2\r\n',
    'the wrong family': 'PROXY TCP6 192.0.2.3 1.2.3.4 1 2\r\n',
    'a missing port': 'PROXY TCP4 192.0.2.3 1.2.3.4 1\r\n',
    'a port too many': 'PROXY TCP4 192.0.2.3 1.2.3.4 1 2 3\r\n',
    'a port with a leading zero': 'PROXY TCP4 192.0.2.3 1.2.3.4 01 2\r\n',
    'a port beyond all': 'PROXY TCP4 192.0.2.3 1.2.3.4 65536 2\r\n',
    'two blanks': 'PROXY TCP4  192.0.2.3 1.2.3.4 1 2\r\n',
    'an endless line': `PROXY UNKNOWN ${'x'.repeat(100)}`,
    'version 3': version2({ command: 0x31, body: body4 }),
    'an unknown command': version2({ command: 0x22, body: body4 }),
    'addresses cut short': version2({ body: body4.subarray(0, 8) }),
    'an endless header': version2({ body: body4, length: 0xffff }),
  };
  for (const [label, bytes] of Object.entries(cases)) {
    t.equal(readProxyHeader(Buffer.from(bytes)).kind, 'invalid', label);
  }
  t.end();
});

t.test('random bytes are refused or wait for more, and never throw', (t) => {
  const kinds = new Set<string>();
  for (let round = 0; round < 20_000; round++) {
    const start = round % 3 === 0 ? SIGNATURE : round % 3 === 1 ? Buffer.from('PROXY ') : Buffer.alloc(0);
    kinds.add(readProxyHeader(Buffer.concat([start, randomBytes(round % 64)])).kind);
  }
  t.equal(kinds.has('invalid'), true);
  t.equal(kinds.has('incomplete'), true);
  t.end();
});

t.test('a believed header says who the caller is, in one piece or byte by byte, before HTTP/1.1', async (t) => {
  const running = await startListener({ address: { isProxyProtocol: true } });
  t.teardown(() => running.close());
  const whole = await RawConnection.open(running.port);
  t.match(await whole.send(LINE + GET).rest(), /http\/1 \/x/);
  const pieces = await RawConnection.open(running.port);
  for (const byte of Buffer.concat([version2({ body: body4 }), Buffer.from(GET)])) {
    pieces.socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  t.match(await pieces.rest(), /http\/1 \/x/);
  t.match(running.facts, [
    { ...seen, peerAddress: '127.0.0.1', isTls: false },
    { ...seen, peerAddress: '127.0.0.1' },
  ]);
});

t.test('the header comes before TLS and before the preface of HTTP/2', async (t) => {
  const secure = await startListener({ address: { isProxyProtocol: true, isTls: true } });
  const clear = await startListener({ address: { isProxyProtocol: true, isHttp2: true } });
  t.teardown(() => Promise.all([secure.close(), clear.close()]));
  const socket = connect(secure.port, '127.0.0.1');
  socket.write(LINE);
  const overTls = connectTls({ socket, servername: 'a.test', rejectUnauthorized: false });
  const text = await new Promise<string>((resolve, reject) => {
    const call = request(
      { createConnection: () => overTls, path: '/tls', headers: { connection: 'close' } },
      (answer) => {
        answer.setEncoding('utf8').on('data', resolve);
      },
    );
    call.on('error', reject).end();
  });
  t.equal(text, 'http/1 /tls');
  t.match(secure.facts, [{ ...seen, isTls: true, sni: 'a.test' }]);

  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
  // HEADERS, stream 1, END_STREAM and END_HEADERS; GET, http, / from the static table, and the authority "a".
  const get = Buffer.from([0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 1, 0x61]);
  const connection = await RawConnection.open(clear.port);
  connection.socket.write(Buffer.concat([Buffer.from(LINE), preface, get]));
  await connection.until(/http\/2 \//);
  connection.close();
  t.match(clear.facts, [{ ...seen, isTls: false }]);
});

t.test('a header of a stranger is read and does not count', async (t) => {
  const running = await startListener({ address: { isProxyProtocol: true }, believesProxy: () => false });
  t.teardown(() => running.close());
  const connection = await RawConnection.open(running.port);
  t.match(await connection.send(LINE + GET).rest(), /http\/1 \/x/);
  t.match(running.facts, [{ remoteAddress: '127.0.0.1', localPort: running.port }]);
});

t.test('a connection without a header is closed without an answer: garbage, half a header, silence', async (t) => {
  const running = await startListener({ address: { isProxyProtocol: true }, limits: { headerTimeoutMs: 100 } });
  t.teardown(() => running.close());
  for (const bytes of [GET, 'PROXY TCP4 1.2.3.4', '', 'PROXY TCP4 x y 1 2\r\n']) {
    const connection = await RawConnection.open(running.port);
    t.equal(await connection.send(bytes).rest(), '', JSON.stringify(bytes));
  }
  t.equal(running.log.lines.filter(({ message }) => message.includes('without PROXY protocol header')).length, 4);
  t.same(running.facts, []);
  t.equal(running.listener.active, 0);
});
