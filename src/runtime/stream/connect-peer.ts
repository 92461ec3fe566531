import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type PeerTls, tlsOptions } from '../upstream/transport.ts';

/** How a connection to a peer is made. */
export interface PeerConnection {
  readonly host: string;
  readonly port: number;
  /** Until the connection can be used, TLS handshake included; milliseconds. */
  readonly connectTimeoutMs: number;
  /** Certificates and names; `null` for a connection in clear. */
  readonly tls: PeerTls | null;
}

/** There was no connection in time. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
}

/**
 * Opens a connection whose two directions end apart from each other.
 * @throws whatever keeps it from being made, {@link ConnectTimeout}, or the reason of `signal`
 */
export function connectPeer(peer: PeerConnection, signal: AbortSignal): Promise<Socket> {
  const { host, port, tls, connectTimeoutMs } = peer;
  return new Promise((resolve, reject) => {
    const address = { host, port, allowHalfOpen: true };
    const socket =
      tls === null ? connectTcp({ ...address, noDelay: true }) : connectTls({ ...tlsOptions(tls), ...address });
    const timer = setTimeout(
      () => socket.destroy(new ConnectTimeout(`no connection in ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    const onAbort = (): void => void socket.destroy(signal.reason as Error);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    socket.on('error', onError);
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      settle();
      // Whoever carries the connection sees what breaks it; an error before that must not end the process.
      socket.on('error', () => undefined);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
