/**
 * A failure of the world: an upstream, an identity provider or a store that did not do its part. The client sees
 * `status` and `publicMessage`; the log gets `code`, `message` and the cause chain. Subclasses live beside what fails.
 */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError';
  /** Stable, greppable: `ERR_IDP_UNAVAILABLE`, … */
  readonly code: string;
  /** HTTP status for the client. */
  readonly status: number;
  /** Text for the client; never holds secrets or another party's words. */
  readonly publicMessage: string;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;

  constructor(init: {
    readonly code: string;
    readonly status: number;
    readonly message: string;
    readonly publicMessage: string;
    readonly retryable?: boolean;
    readonly cause?: unknown;
  }) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.status = init.status;
    this.publicMessage = init.publicMessage;
    this.retryable = init.retryable ?? false;
  }
}
