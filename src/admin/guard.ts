import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../lib/secret.ts';
import { AdminTokens } from './access/admin-tokens.ts';
import { OwnHost } from './access/own-host.ts';

/** Who may use the Admin API. */
export interface AdminAccess {
  /** Every request must carry it when it is set. */
  readonly token: Secret | null;
  /** Good for reading only, and without secrets; counts only beside `token`. */
  readonly readonlyToken?: Secret | null;
  /** Host names, besides `localhost` and the listener's own addresses, that may stand in `Host`. */
  readonly allowedHosts: readonly string[];
  /** Origins, as browsers send them, whose pages may use the API; default none. */
  readonly allowedOrigins?: readonly string[];
}

/** Why a request is turned away. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly message: string;
  /** True for a token that is wrong: someone may be guessing. */
  readonly isGuess: boolean;
}

/** What the guard says about a request. */
export interface Verdict {
  /** The allowed origin whose page asks; `null` for all that is not a page. */
  readonly origin: string | null;
  /** `null` when the request may pass. */
  readonly refusal: Refusal | null;
  /** True for a browser asking what a page of `origin` may send: it is answered without a token, and goes no further. */
  readonly isPreflight: boolean;
  /** True when it may only read, and no secrets. */
  readonly isReader: boolean;
}

const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Decides about a request by its method and headers alone, before anything of it is parsed.
 *
 * Browsers are kept out: any page may send a form to `localhost:8001`, and no tool that belongs here (curl, httpie,
 * decK) sends `Origin` or `Sec-Fetch-Site`. A foreign `Host` means that a name someone else controls points to this
 * machine.
 */
export class AdminGuard {
  readonly #ownHost: OwnHost;
  readonly #tokens: AdminTokens;
  readonly #origins: ReadonlySet<string>;

  constructor(listenHost: string, access: AdminAccess) {
    this.#ownHost = new OwnHost(listenHost, access.allowedHosts);
    this.#tokens = new AdminTokens(access.token, access.readonlyToken ?? null);
    this.#origins = new Set(access.allowedOrigins ?? []);
  }

  /** True when answers differ by the origin that asks. */
  get knowsOrigins(): boolean {
    return this.#origins.size > 0;
  }

  /** Judges a request. */
  check(method: string, headers: IncomingHttpHeaders): Verdict {
    const origin = headers.origin !== undefined && this.#origins.has(headers.origin) ? headers.origin : null;
    if (origin === null && isFromPage(headers)) {
      return refuse(null, 403, 'the Admin API takes no requests from web pages');
    }
    if (!this.#ownHost.accepts(headers.host ?? '')) {
      return refuse(origin, 403, 'unknown Host; name it in admin_allowed_hosts to allow it');
    }
    if (origin !== null && method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) {
      return { origin, refusal: null, isPreflight: true, isReader: true };
    }
    const token = this.#tokens.judge(headers);
    if (token === 'missing' || token === 'wrong') return refuse(origin, 401, 'Unauthorized', token === 'wrong');
    const isReader = token === 'readonly';
    if (isReader && !readingMethods.has(method)) return refuse(origin, 403, 'this token may only read');
    return { origin, refusal: null, isPreflight: false, isReader };
  }
}

/** Without an allowed origin. An address that a person types is no page, nor is what this listener itself served. */
function isFromPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin !== undefined || (site !== undefined && site !== 'none' && site !== 'same-origin');
}

function refuse(origin: string | null, status: 401 | 403, message: string, isGuess = false): Verdict {
  return { origin, refusal: { status, message, isGuess }, isPreflight: false, isReader: true };
}
