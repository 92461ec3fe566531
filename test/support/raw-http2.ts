import { once } from 'node:events';
import { connect } from 'node:net';

/** A frame as it came. */
export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Frame types of RFC 9113 §6 that tests speak of. */
export const frameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, continuation: 9 } as const;
/** Flags of these frames. */
export const flag = { endStream: 1, ack: 1, endHeaders: 4 } as const;

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A frame in bytes. */
export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A field list as HPACK literals that are neither indexed nor compressed (RFC 7541 §6.2.2): any bytes at all. */
export function literals(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.length > 126) throw new RangeError('too long for a length of one byte');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/**
 * Opens an HTTP/2 connection without TLS, sends `frames`, and reads until the stream 1 or the connection is over.
 * A ping behind them makes sure that the other side has read them all.
 */
export async function exchangeHttp2(port: number, frames: readonly Buffer[]): Promise<readonly RawFrame[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const received: RawFrame[] = [];
  let rest = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let found = takeFrame(rest); found !== null; found = takeFrame(rest)) {
      rest = rest.subarray(9 + found.payload.length);
      received.push(found);
      if (found.type === frameType.settings && found.flags !== flag.ack) {
        socket.write(frame(frameType.settings, flag.ack, 0, Buffer.alloc(0)));
      }
      if (isLast(found)) socket.destroy();
    }
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.write(Buffer.concat([Buffer.from(PREFACE), frame(frameType.settings, 0, 0, Buffer.alloc(0)), ...frames]));
  await closed;
  return received;
}

function takeFrame(bytes: Buffer): RawFrame | null {
  if (bytes.length < 9) return null;
  const length = bytes.readUIntBE(0, 3);
  if (bytes.length < 9 + length) return null;
  return {
    type: bytes.readUInt8(3),
    flags: bytes.readUInt8(4),
    stream: bytes.readUInt32BE(5) & 0x7fff_ffff,
    payload: Buffer.from(bytes.subarray(9, 9 + length)),
  };
}

function isLast({ type, flags, stream }: RawFrame): boolean {
  if (type === frameType.goAway || type === frameType.reset) return true;
  const isOfStream = stream === 1 && (type === frameType.headers || type === frameType.data);
  return isOfStream && (flags & flag.endStream) !== 0;
}
