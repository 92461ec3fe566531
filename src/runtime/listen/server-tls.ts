import type { SecureContext, TlsOptions } from 'node:tls';
import type { ListenerTls } from './listener-context.ts';
import { certificateOptions, secureOptions } from './secure-context.ts';

/** TLS as Node's servers want to be told of it. */
export interface ServerTls {
  readonly options: TlsOptions;
}

/**
 * The options of a TLS server. Which certificate it shows is asked at each handshake.
 *
 * Node decides once per server whether clients are asked for a certificate, so a listener asks all of them as soon as
 * one plugin wants to see them; see `docs/start.md`.
 * @param handshakeTimeoutMs 0 for Node's own
 */
export function serverTls(tls: ListenerTls, protocols: readonly string[], handshakeTimeoutMs: number): ServerTls {
  return {
    options: {
      ...secureOptions(tls.policy),
      ...certificateOptions(tls.defaultPairs()),
      ALPNProtocols: [...protocols],
      SNICallback: (name, done) => done(null, contextFor(tls, name)),
      requestCert: tls.wantsClientCertificates(),
      rejectUnauthorized: false,
      ...(handshakeTimeoutMs === 0 ? {} : { handshakeTimeout: handshakeTimeoutMs }),
    },
  };
}

/** `undefined` keeps the server's own certificate. */
function contextFor(tls: ListenerTls, name: string): SecureContext | undefined {
  return tls.contextFor(name) ?? undefined;
}
