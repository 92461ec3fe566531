import type { Dispatcher } from 'undici';

/** What carries a request to a peer: an undici pool, or our own HTTP/2 sessions. */
export interface UpstreamDispatcher {
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean;
}

/** Why an attempt got no response head. */
export type AttemptFailure =
  /** No connection, or it broke before the answer. */
  | 'connection'
  | 'timeout'
  /** The caller went away, or the attempt was given up for another reason that says nothing about the peer. */
  | 'cancelled';

/**
 * An address that requests can be sent to. One object per address, shared by all requests: what is learnt about a
 * peer is kept in it, what belongs to one request is not.
 */
export interface Peer {
  readonly dispatcher: UpstreamDispatcher;
  /**
   * For what an undici pool cannot carry: upgrades, `Expect`, trailers of requests (`Http1Dispatcher` with the same
   * TLS settings). The same as `dispatcher` where that is an `Http2Pool`.
   */
  readonly special: UpstreamDispatcher;
  /** `http://10.0.0.1:8080`, for logs. */
  readonly origin: string;
  /** Where it is, for connections that are not HTTP: an IP address and a port. */
  readonly host: string;
  readonly port: number;
  /** The Host header for it, unless the route says `preserve_host`. */
  readonly hostHeader: string;
  /** An attempt is about to be sent. */
  begin(): void;
  /**
   * The attempt is over, its response read to the end; called once for each {@link Peer.begin}.
   * @param result the HTTP status that came back, or why none did
   * @param elapsedMs from `begin` to the response head or the failure
   */
  end(result: number | AttemptFailure, elapsedMs: number): void;
}

/** What a balancer may hash. Read only when the algorithm asks for it. */
export interface BalancerInput {
  readonly consumerId: string | null;
  readonly clientIp: string;
  readonly path: string;
  header(name: string): string | undefined;
  cookie(name: string): string | undefined;
  queryArgument(name: string): string | undefined;
  uriCapture(name: string): string | undefined;
  /** Has the answer set a cookie (`hash_on: cookie` for a caller that has none yet). */
  setCookie(name: string, value: string, path: string): void;
}

/** Chooses where a request goes. */
export interface Balancer {
  /**
   * The peer for an attempt. `tried` holds the peers of earlier attempts, which are taken again only when there is no
   * other. `null`: no target can take it (Kong: 503, "failure to get a peer from the ring-balancer"). A promise only
   * while a name has to be resolved. @throws {GatewayError} when the name cannot be resolved
   */
  pick(input: BalancerInput, tried: readonly Peer[]): Peer | null | Promise<Peer | null>;
}
