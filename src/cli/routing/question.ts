/** An HTTP request as far as routing looks at it. */
export interface HttpQuestion {
  readonly kind: 'http';
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** The Host header; empty when there is none. */
  readonly host: string;
  /** The port the connection comes in on. */
  readonly port: number;
  /** Path and query, as on the request line. */
  readonly target: string;
  /** Name, value, name, value …, the Host header included. */
  readonly rawHeaders: readonly string[];
  readonly sni: string | null;
  readonly sourceIp: string | null;
  readonly sourcePort: number | null;
  readonly destinationIp: string | null;
  /** `null`: what callers of this kind speak, HTTP/2 for gRPC. */
  readonly httpVersion: 1 | 2 | null;
}

/** Protocols of stream routes. */
export const streamProtocols = ['tcp', 'tls', 'tls_passthrough', 'udp'] as const;

/** One of {@link streamProtocols}. */
export type StreamProtocol = (typeof streamProtocols)[number];

/** A connection that is not HTTP. */
export interface StreamQuestion {
  readonly kind: 'stream';
  readonly protocol: StreamProtocol;
  readonly sni: string | null;
  readonly sourceIp: string | null;
  readonly sourcePort: number | null;
  readonly destinationIp: string | null;
  readonly destinationPort: number | null;
}

/** What routing can be asked. */
export type Question = HttpQuestion | StreamQuestion;
