import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { certificateOptions, secureOptions } from '../runtime/listen/secure-context.ts';
import type { KeyPair, TlsPolicy } from '../runtime/listen/tls-policy.ts';
import { type ClientCertificatePolicy, clientCertificateOptions } from './access/client-certificate.ts';

/** Certificates of the Admin API and how TLS is spoken with them. */
export interface AdminTls {
  readonly policy: TlsPolicy;
  readonly pairs: () => readonly KeyPair[];
  /** What callers have to show; nothing when it is left out. */
  readonly clients?: ClientCertificatePolicy | null;
}

/** Connections at most, those beyond it are closed: what slow callers hold is bounded. */
const MAX_CONNECTIONS = 256;
/** For a TLS handshake, and then for the head of a request. */
const HEAD_TIMEOUT_MS = 10_000;
/** For a whole request, its body included. */
const REQUEST_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** How often Node looks for connections that are too slow. */
const CHECK_INTERVAL_MS = 1_000;

const limits: ServerOptions = {
  headersTimeout: HEAD_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  connectionsCheckingInterval: CHECK_INTERVAL_MS,
};

/** The HTTP server below the Admin API, with its limits; not listening yet. `tls: null` for plain HTTP. */
export function createHttpServer(handler: RequestListener, tls: AdminTls | null): Server {
  const server = tls === null ? createServer(limits, handler) : createSecureServer(handler, tls);
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function createSecureServer(handler: RequestListener, { policy, pairs, clients = null }: AdminTls): Server {
  return createTlsServer(
    {
      ...limits,
      handshakeTimeout: HEAD_TIMEOUT_MS,
      ...secureOptions(policy),
      ...certificateOptions(pairs()),
      ...(clients === null ? {} : clientCertificateOptions(clients)),
    },
    handler,
  );
}
