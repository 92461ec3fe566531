import type { Socket } from 'node:net';
import { readFirstBytes, type Verdict } from '../listen/first-bytes.ts';
import { type ClientHello, readClientHello } from './client-hello.ts';
import { StreamRefusal } from './stream-refusal.ts';

/**
 * Waits for the ClientHello of a connection and leaves it there, so that whoever reads next gets it first.
 * @param timeoutMs to its last byte; 0 for no limit
 * @throws {StreamRefusal} when the caller sends something else, too much, too slowly, or goes away
 */
export function peekClientHello(socket: Socket, timeoutMs: number): Promise<ClientHello> {
  return new Promise((resolve, reject) => {
    readFirstBytes(socket, timeoutMs, judge, resolve, (reason) => {
      reject(new StreamRefusal('caller', `no ClientHello: ${reason}`));
    });
  });
}

function judge(bytes: Buffer): Verdict<ClientHello> {
  const reading = readClientHello(bytes);
  if (reading.kind === 'hello') return { kind: 'done', result: reading.hello, taken: 0 };
  return reading.kind === 'invalid' ? { kind: 'refused', reason: reading.reason } : { kind: 'more' };
}
