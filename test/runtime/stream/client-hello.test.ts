import fc from 'fast-check';
import t from 'tap';
import { MAX_HELLO_BYTES, readClientHello, type HelloReading } from '../../../src/runtime/stream/client-hello.ts';
import { recordClientHello } from '../../support/client-hello.ts';

void t.test('the name and protocols of real clients are read, from TLS 1.0 to 1.3', async (t) => {
  for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const) {
    const bytes = await recordClientHello({
      servername: 'shop.example',
      ALPNProtocols: ['h2', 'http/1.1'],
      minVersion: version,
      maxVersion: version,
      ciphers: 'ALL:@SECLEVEL=0',
    });
    t.same(
      readClientHello(bytes),
      { kind: 'hello', hello: { sni: 'shop.example', alpn: ['h2', 'http/1.1'] } },
      version,
    );
  }
});

void t.test('a caller that names no server has no name', async (t) => {
  const bytes = await recordClientHello({});
  t.same(readClientHello(bytes), { kind: 'hello', hello: { sni: null, alpn: [] } });
});

void t.test('every beginning of a hello is incomplete, and more bytes behind it change nothing', async (t) => {
  const bytes = await recordClientHello({ servername: 'shop.example' });
  for (let length = 0; length < bytes.length; length++) {
    if (readClientHello(bytes.subarray(0, length)).kind !== 'incomplete') t.fail(`${length} of ${bytes.length} bytes`);
  }
  const more = Buffer.concat([bytes, Buffer.from('whatever')]);
  t.same(readClientHello(more), readClientHello(bytes));
});

void t.test('a hello split over records of any size is the same hello', async (t) => {
  const bytes = await recordClientHello({ servername: 'shop.example', ALPNProtocols: ['h2'] });
  for (const size of [1, 2, 3, 4, 5, 7, 100]) {
    const split = inRecords(bytes.subarray(5), size);
    t.same(readClientHello(split), readClientHello(bytes), `records of ${size} bytes`);
    t.equal(readClientHello(split.subarray(0, -1)).kind, 'incomplete', 'without its last byte');
  }
});

void t.test('what is no TLS is told at its first bytes', async (t) => {
  const reasonOf = (text: string | Buffer): string => {
    const reading = readClientHello(Buffer.from(text));
    return reading.kind === 'invalid' ? reading.reason : reading.kind;
  };
  t.equal(reasonOf('GET / HTTP/1.1\r\n'), 'no TLS');
  t.equal(reasonOf('\x16\x02'), 'no TLS');
  t.equal(reasonOf('\x80\x2e\x01\x03\x01'), 'no TLS', 'SSL 2');
  t.equal(reasonOf(Buffer.from([22, 3, 1, 0, 0])), 'a TLS record of impossible length');
  t.equal(reasonOf(Buffer.from([22, 3, 1, 0x40, 1])), 'a TLS record of impossible length');
  t.equal(reasonOf(Buffer.from([22, 3, 1, 0, 1, 2])), 'a handshake that does not begin with a ClientHello');
  t.match(reasonOf(Buffer.from([22, 3, 1, 0, 4, 1, 1, 0, 0])), /more than 16384 bytes/);
});

void t.test('a hello that never ends is refused at the limit', async (t) => {
  const endless = Buffer.concat(Array.from({ length: 4000 }, () => Buffer.from([22, 3, 1, 0, 1, 1])));
  // A message of 0x10101 bytes is too long by what it says; this one promises 16 KiB in records of one byte each.
  const message = Buffer.concat([Buffer.from([1, 0, 0x40, 0]), Buffer.alloc(MAX_HELLO_BYTES)]);
  const dripping = inRecords(message, 1).subarray(0, MAX_HELLO_BYTES);
  t.equal(readClientHello(endless).kind, 'invalid');
  t.equal(readClientHello(dripping.subarray(0, -1)).kind, 'incomplete');
  t.equal(readClientHello(dripping).kind, 'invalid');
});

void t.test('names with control characters, spaces or bytes beyond ASCII are refused', async (t) => {
  const bytes = await recordClientHello({ servername: 'shop.example' });
  for (const byte of [0, 10, 32, 127, 200]) {
    const bad = Buffer.from(bytes);
    bad[bytes.indexOf('shop.example') + 4] = byte;
    t.equal(readClientHello(bad).kind, 'invalid', `byte ${byte}`);
  }
});

void t.test('two server names are refused: whoever is behind might take the other one', async (t) => {
  const bytes = await recordClientHello({ servername: 'shop.example' });
  const name = extension(0, Buffer.from([0, 6, 0, 0, 3, 97, 46, 98]));
  t.equal(readClientHello(withExtension(bytes, name)).kind, 'invalid', 'two extensions');
  const nameless = await recordClientHello({});
  const two = extension(0, Buffer.from([0, 12, 0, 0, 3, 97, 46, 98, 0, 0, 3, 97, 46, 99]));
  t.equal(readClientHello(withExtension(nameless, two)).kind, 'invalid', 'two names in one');
  t.match(readClientHello(withExtension(nameless, name)), { kind: 'hello', hello: { sni: 'a.b' } }, 'one is fine');
});

void t.test('no bytes make it throw or read what is not there', async (t) => {
  const real = await recordClientHello({ servername: 'shop.example', ALPNProtocols: ['h2'] });
  const outcomes = new Set<HelloReading['kind']>();
  fc.assert(
    fc.property(mutations(real), (bytes) => {
      const reading = readClientHello(bytes);
      outcomes.add(reading.kind);
      return reading.kind !== 'hello' || reading.hello.sni === null || /^[\x21-\x7e]+$/.test(reading.hello.sni);
    }),
    { numRuns: 20_000 },
  );
  t.same([...outcomes].sort(), ['hello', 'incomplete', 'invalid'], 'the mutations reach every outcome');
});

/** A real hello with a few bytes changed, cut out or put in; or noise behind a record header. */
function mutations(real: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.record({
    at: fc.nat(real.length - 1),
    remove: fc.nat(3),
    insert: fc.uint8Array({ maxLength: 3 }),
  });
  const changed = fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (bytes, { at, remove, insert }) => Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]),
        Buffer.from(real),
      ),
    );
  const noise = fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => inRecords(Buffer.concat([Buffer.from([1, 0, 1]), bytes]), 64));
  return fc.oneof(
    changed,
    noise,
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  );
}

function inRecords(message: Buffer, size: number): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part);
  }
  return Buffer.concat(records);
}

function extension(type: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type >> 8, type & 0xff, data.length >> 8, data.length & 0xff]), data]);
}

/** Puts one more extension at the end and corrects every length around it. */
function withExtension(hello: Buffer, added: Buffer): Buffer {
  const message = Buffer.concat([hello.subarray(5), added]);
  message.writeUIntBE(message.length - 4, 1, 3);
  const session = 4 + 2 + 32;
  const suites = session + 1 + (message[session] ?? 0);
  const compressions = suites + 2 + message.readUInt16BE(suites);
  const extensions = compressions + 1 + (message[compressions] ?? 0);
  message.writeUInt16BE(message.length - extensions - 2, extensions);
  return inRecords(message, 16_384);
}
