import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { errors } from 'undici';
import { type PeerTls, tlsOptions } from './transport.ts';

/** How a connection to a peer is made. */
export interface ConnectionSettings {
  /** Until the connection can be used, TLS handshake included; milliseconds. */
  readonly connectTimeoutMs: number;
  /** Certificates and names; `null` for a plain connection. */
  readonly tls: PeerTls | null;
}

/**
 * Opens a connection to `origin`, `http://host:port` or `https://…`, and reports it or why there is none, once.
 * @param protocols offered by ALPN where there is TLS; empty for none
 * @returns gives up the attempt; nothing is reported any more
 */
export function openConnection(
  origin: string,
  settings: ConnectionSettings,
  protocols: readonly string[],
  report: (error: Error | null, socket: Socket) => void,
): () => void {
  const { hostname, port, protocol } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isTls = protocol === 'https:';
  const address = { host, port: port === '' ? (isTls ? 443 : 80) : Number(port) };
  const alpn = protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] };
  const socket: Socket | TLSSocket = isTls
    ? connectTls({ ...address, ...alpn, ...(settings.tls === null ? {} : tlsOptions(settings.tls)) })
    : connectTcp({ ...address, noDelay: true });
  const timer = setTimeout(() => {
    socket.destroy(new errors.ConnectTimeoutError(`no connection to ${origin} in ${settings.connectTimeoutMs} ms`));
  }, settings.connectTimeoutMs);
  const settle = (): void => {
    clearTimeout(timer);
    socket.off('error', onError);
  };
  const onError = (error: Error): void => {
    settle();
    report(error, socket);
  };
  socket.on('error', onError);
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    settle();
    report(null, socket);
  });
  return () => {
    settle();
    socket.on('error', () => undefined).destroy();
  };
}
