import type { Exchange } from '../../pdk/exchange.ts';
import type { OpenidConnectConfig } from './config.ts';
import type { AuthMethod as AuthMethodName } from './implemented-fields.ts';

/** Seconds after which a caller may try again when the identity provider is at fault. */
const RETRY_AFTER_SECONDS = '5';

/**
 * Why a request does not go through. `reason` is a fixed phrase of ours, never another party's words.
 *
 * - `no-credential`: nothing was presented; RFC 6750 §3.1 wants no error code then
 * - `bad-request`: it presents several tokens at once
 * - `bad-client`: the identity provider does not accept the credential
 * - `bad-token`: what the identity provider issued does not pass verification
 * - `bad-nonce`: a proof is good but for its nonce, and the answer brings a new one
 * - `insufficient`: the token lacks something that is required, or has something forbidden
 * - `unmapped`: no consumer belongs to the token
 * - `ungrouped`: no consumer group belongs to the token
 * - `unexpected`: our configuration is at fault
 * - `unavailable`: the identity provider is at fault
 * - `unchecked`: something that may be used once cannot be looked up
 */
export interface Refusal {
  readonly kind:
    | 'no-credential'
    | 'bad-request'
    | 'bad-client'
    | 'bad-token'
    | 'bad-nonce'
    | 'insufficient'
    | 'unmapped'
    | 'ungrouped'
    | 'unexpected'
    | 'unavailable'
    | 'unchecked';
  readonly reason: string;
  /** Whose credential it was, when that was refused at first sight. */
  readonly method?: AuthMethodName;
  /** The client that was refused, for the log. */
  readonly clientId?: string;
  /** The whole `WWW-Authenticate` value, where a scheme other than `Bearer` is asked for. */
  readonly challenge?: string;
  /** Further headers of the answer, such as `DPoP-Nonce`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An answer with everything decided but the reason. */
interface Answer {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where to send the caller instead, by index of the own client in use, if the config says so. */
  readonly redirects: readonly string[];
}

/** The answers of the plugin, built once per configured instance. */
export class Responses {
  /** Whether it matters which of the own clients is in use; a list with one entry serves for all. */
  readonly dependOnClient: boolean;
  readonly #answers: Readonly<Record<Refusal['kind'], Answer>>;
  readonly #showsReason: boolean;

  constructor(config: OpenidConnectConfig) {
    this.#showsReason = config.display_errors ?? false;
    this.#answers = answersOf(config);
    this.dependOnClient = Object.values(this.#answers).some(({ redirects }) => redirects.length > 1);
  }

  /** Ends the exchange. `client` is the index of the own client in use. Answers the status that went out. */
  send(exchange: Exchange, refusal: Refusal, client: number): number {
    const { status, message, headers, redirects } = this.#answers[refusal.kind];
    const redirectTo = redirects[client] ?? redirects[0] ?? '';
    if (redirectTo !== '') {
      exchange.exit(302, undefined, { Location: redirectTo });
      return 302;
    }
    const challenge = refusal.challenge === undefined ? {} : { 'WWW-Authenticate': refusal.challenge };
    const text = this.#showsReason ? `${message} (${refusal.reason})` : message;
    exchange.exit(status, { message: text }, { ...headers, ...challenge, ...refusal.headers });
    return status;
  }
}

function answersOf(config: OpenidConnectConfig): Readonly<Record<Refusal['kind'], Answer>> {
  const bearer = `Bearer realm="${realmOf(config.issuer)}"`;
  const exposes = config.expose_error_code ?? true;
  const challenge = (error: string | null): Pick<Answer, 'headers'> => ({
    headers: { 'WWW-Authenticate': error !== null && exposes ? `${bearer}, error="${error}"` : bearer },
  });
  const unauthorized = {
    status: 401,
    message: config.unauthorized_error_message ?? 'Unauthorized',
    redirects: config.unauthorized_redirect_uri ?? [],
  };
  const forbidden = {
    status: 403,
    message: config.forbidden_error_message ?? 'Forbidden',
    redirects: config.forbidden_redirect_uri ?? [],
  };
  return {
    'no-credential': { ...unauthorized, ...challenge(null) },
    'bad-request': { status: 400, message: 'Bad request', redirects: [], ...challenge('invalid_request') },
    'bad-client': { ...unauthorized, ...challenge('invalid_token') },
    'bad-token': { ...unauthorized, ...challenge('invalid_token') },
    // A redirect would keep the nonce from who needs it.
    'bad-nonce': { ...unauthorized, redirects: [], headers: {} },
    insufficient: { ...forbidden, ...challenge('insufficient_scope') },
    unmapped: { ...forbidden, ...challenge(null) },
    ungrouped: { ...forbidden, ...challenge(null) },
    unexpected: {
      status: 500,
      message: 'An unexpected error occurred',
      headers: {},
      redirects: config.unexpected_redirect_uri ?? [],
    },
    unavailable: {
      status: 503,
      message: 'Identity provider unavailable',
      headers: { 'Retry-After': RETRY_AFTER_SECONDS },
      redirects: [],
    },
    unchecked: {
      status: 503,
      message: 'Service unavailable',
      headers: { 'Retry-After': RETRY_AFTER_SECONDS },
      redirects: [],
    },
  };
}

/** The host of the issuer, without port: what Kong puts into its challenges. */
export function realmOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).hostname : '';
}
