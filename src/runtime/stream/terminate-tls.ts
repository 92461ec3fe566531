import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { StreamRefusal } from './stream-refusal.ts';

/**
 * Ends the TLS of a caller here, with a certificate that was chosen by the name it asked for.
 * @param timeoutMs for the handshake; 0 for no limit
 * @throws {StreamRefusal} when the handshake fails
 */
export function terminateTls(socket: Socket, secureContext: SecureContext, timeoutMs: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = new TLSSocket(socket, { secureContext, isServer: true });
    // Outside a server of Node's, a record that makes no sense is told here and nowhere else, and ends nothing.
    secured.on('_tlsError', (error: Error) => secured.destroy(error));
    const fail = (cause?: Error): void => {
      settle();
      reject(new StreamRefusal('caller', 'the TLS handshake failed', cause));
    };
    const timer =
      timeoutMs === 0
        ? undefined
        : setTimeout(() => secured.destroy(new Error(`no TLS handshake in ${timeoutMs} ms`)), timeoutMs);
    const onEnd = (): void => fail();
    const settle = (): void => {
      clearTimeout(timer);
      secured.off('error', fail).off('end', onEnd).off('close', onEnd);
    };
    secured.on('error', fail).on('end', onEnd).on('close', onEnd);
    secured.once('secure', () => {
      settle();
      // Until somebody carries it, the caller may go away: then it is destroyed, which is all there is to know.
      secured.on('error', () => undefined);
      resolve(secured);
    });
  });
}
