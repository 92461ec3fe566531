/** Which headers of its own the gateway adds: Kong's `headers` and `headers_upstream`, one switch per name. */
export interface OwnHeaders {
  /** `Server`: on the gateway's own answers, and on proxied ones whose upstream sent none. */
  readonly server: boolean;
  /** `Via` on proxied answers. */
  readonly via: boolean;
  /** `X-Kong-Upstream-Latency`: milliseconds the upstream took to its response head. */
  readonly upstreamLatency: boolean;
  /** `X-Kong-Proxy-Latency`: milliseconds in the gateway before the request went upstream. */
  readonly proxyLatency: boolean;
  /** `X-Kong-Response-Latency`: milliseconds to an answer of the gateway's own. */
  readonly responseLatency: boolean;
  /** `X-Kong-Admin-Latency`: milliseconds to an answer of the Admin API. */
  readonly adminLatency: boolean;
  /** `X-Kong-Upstream-Status`: the upstream's status, which a plugin may have replaced. */
  readonly upstreamStatus: boolean;
  /** `X-Kong-Request-Id` on answers. */
  readonly requestId: boolean;
  /** `X-Kong-Request-Id` on requests to upstreams. */
  readonly upstreamRequestId: boolean;
}

/** Kong's defaults: `server_tokens, latency_tokens, X-Kong-Request-Id`, and the id for upstreams. */
export const defaultOwnHeaders: OwnHeaders = {
  server: true,
  via: true,
  upstreamLatency: true,
  proxyLatency: true,
  responseLatency: true,
  adminLatency: true,
  upstreamStatus: false,
  requestId: true,
  upstreamRequestId: true,
};
