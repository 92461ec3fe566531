/** What the gateway itself, apart from any config, is told at start. */
export interface GatewaySettings {
  /** Addresses and CIDR ranges whose `X-Forwarded-*` headers are believed (Kong's `trusted_ips`). */
  readonly trustedIps: readonly string[];
  /** One log line per request. */
  readonly accessLog: boolean;
  /** `Server` on the gateway's own answers and `Via` on proxied ones (Kong's `server_tokens`). */
  readonly serverTokens: boolean;
  /** `X-Kong-*-Latency` on answers (Kong's `latency_tokens`). */
  readonly latencyTokens: boolean;
  /** `X-Kong-Request-Id` on answers; the upstream always gets it. */
  readonly requestIdHeader: boolean;
}

/** Kong's defaults, but for the access log, which is off. */
export const defaultSettings: GatewaySettings = {
  trustedIps: [],
  accessLog: false,
  serverTokens: true,
  latencyTokens: true,
  requestIdHeader: true,
};
