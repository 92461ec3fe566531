/** What one client connection may cost. Sizes in bytes, times in milliseconds; 0 switches a limit off. */
export interface ListenLimits {
  /** All header lines and the request line together; beyond it 494 (nginx's `large_client_header_buffers`, count × size). */
  readonly headerBytes: number;
  /** The request line (beyond it 414) or one header line (494): one of those buffers. */
  readonly headerLineBytes: number;
  /** Header lines of one request; beyond it 494. */
  readonly headerCount: number;
  /** From the first byte of a head, or the start of a TLS handshake, to its end; beyond it 408. */
  readonly headerTimeoutMs: number;
  /** Between two reads of a request body; beyond it 408. */
  readonly bodyTimeoutMs: number;
  /** Between two writes of a response that the client does not read; beyond it the connection is cut. */
  readonly sendTimeoutMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveTimeoutMs: number;
  /** Requests on one connection; after the last one it is closed. */
  readonly keepAliveRequests: number;
  /** Client connections of all listeners together; those beyond it are closed at once. */
  readonly connections: number;
  /** Open streams on one HTTP/2 connection. */
  readonly http2Streams: number;
}

/** nginx's defaults as Kong sets them. */
export const defaultLimits: ListenLimits = {
  headerBytes: 32 * 1024,
  headerLineBytes: 8 * 1024,
  headerCount: 1000,
  headerTimeoutMs: 60_000,
  bodyTimeoutMs: 60_000,
  sendTimeoutMs: 60_000,
  keepAliveTimeoutMs: 75_000,
  keepAliveRequests: 10_000,
  connections: 16_384,
  http2Streams: 128,
};
