import { once } from 'node:events';
import { connect } from 'node:net';

/** What came back on a connection until its end. */
export interface RawAnswers {
  readonly text: string;
  /** Status codes of the responses, in order, without interim ones. */
  readonly statuses: readonly number[];
}

/**
 * Writes `pieces` to a port of this machine, each in its own segment as far as the system lets it, and reads until the
 * other side ends the connection. Pieces that find it ended are dropped, as a network would drop them.
 */
export async function exchangeRaw(port: number, pieces: readonly string[]): Promise<RawAnswers> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  // A reset after the answer is how a connection ends that was closed under a sender.
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  for (const piece of pieces) {
    if (!socket.writable || socket.readableEnded) break;
    await new Promise((resolve) => socket.write(piece, 'latin1', resolve));
    await new Promise(setImmediate);
  }
  await ended;
  return { text, statuses: [...text.matchAll(/HTTP\/1\.1 ([2-9]\d\d) /g)].map((match) => Number(match[1])) };
}

/** Ways to cut bytes into segments, by name. */
export const segmentations: Readonly<Record<string, (bytes: string) => string[]>> = {
  whole: (bytes) => [bytes],
  'byte by byte': (bytes) => Array.from(bytes),
  'head and rest apart': (bytes) => {
    const end = bytes.indexOf('\r\n\r\n') + 4;
    return end < 4 ? [bytes] : [bytes.slice(0, end), bytes.slice(end)].filter((piece) => piece !== '');
  },
  'cut inside line ends': (bytes) => bytes.split(/(?<=\r)/),
};
