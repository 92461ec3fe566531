import { GatewayError } from '../pdk/errors.ts';

/** All codes of this folder. Grep one from a log and land here. */
export const oidcErrorCodes = {
  /** The identity provider is at fault; the same request may succeed later. */
  unavailable: 'ERR_IDP_UNAVAILABLE',
  /** The identity provider said no to this caller. */
  rejected: 'ERR_TOKEN_REQUEST_REJECTED',
  /** gw and the identity provider do not fit together; an operator must act. */
  config: 'ERR_IDP_CONFIG',
  /** A token did not pass verification. */
  tokenInvalid: 'ERR_TOKEN_INVALID',
} as const;

/** Why a provider counts as unavailable. Our own words, safe to show. */
export type IdpFaultReason =
  | 'connection refused'
  | 'connection lost'
  | 'host name not found'
  | 'address not allowed'
  | 'refused by proxy'
  | 'TLS failure'
  | 'timed out'
  | 'unexpected status'
  | 'unexpected redirect'
  | 'invalid response'
  | 'response too large';

/**
 * The identity provider could not be asked or answered nonsense: refused, unresolvable, TLS, timeout, 5xx, 429, bad
 * JSON, over-long. Status 503, never 401: a caller must not drop good credentials because a server is down.
 */
export class IdentityProviderError extends GatewayError {
  override readonly name = 'IdentityProviderError';
  readonly reason: IdpFaultReason;

  constructor(reason: IdpFaultReason, message: string, cause?: unknown) {
    super({
      code: oidcErrorCodes.unavailable,
      status: 503,
      message,
      publicMessage: 'Identity provider unavailable',
      retryable: true,
      cause,
    });
    this.reason = reason;
  }
}

/** The token endpoint refused the caller's request for good. Status 401. */
export class TokenRequestRejected extends GatewayError {
  override readonly name = 'TokenRequestRejected';
  /** `error` of RFC 6749 §5.2, checked for its grammar; `null` when a bare 401 came without one. */
  readonly oauthError: string | null;
  /** Status of the token endpoint's answer. */
  readonly httpStatus: number;

  constructor(oauthError: string | null, httpStatus: number) {
    super({
      code: oidcErrorCodes.rejected,
      status: 401,
      message: `the token endpoint rejected the request with ${httpStatus} "${oauthError ?? 'no error code'}"`,
      publicMessage: 'Unauthorized',
    });
    this.oauthError = oauthError;
    this.httpStatus = httpStatus;
  }
}

/** The provider and our configuration do not fit: wrong URL, grant not supported, endpoint missing. Status 500. */
export class ProviderConfigError extends GatewayError {
  override readonly name = 'ProviderConfigError';

  constructor(message: string, cause?: unknown) {
    super({
      code: oidcErrorCodes.config,
      status: 500,
      message,
      publicMessage: 'An unexpected error occurred',
      cause,
    });
  }
}

/** A token failed verification. Status 401. */
export class TokenInvalid extends GatewayError {
  override readonly name = 'TokenInvalid';
  /** Our fixed phrase, such as `invalid signature`; it holds no text of the token except a number. */
  readonly reason: string;

  constructor(reason: string) {
    super({ code: oidcErrorCodes.tokenInvalid, status: 401, message: reason, publicMessage: 'Unauthorized' });
    this.reason = reason;
  }
}
