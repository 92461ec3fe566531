import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { isLoopbackHost } from '../lib/loopback.ts';
import type { Secret } from '../lib/secret.ts';

/** Who may use the Admin API. */
export interface AdminAccess {
  /** Every request must carry it when it is set. */
  readonly token: Secret | null;
  /** Host names, besides `localhost` and the listener's own addresses, that may stand in `Host`. */
  readonly allowedHosts: readonly string[];
}

/** Why a request is turned away. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly message: string;
}

/**
 * Decides about a request by its headers alone, before anything of it is parsed.
 *
 * Browsers are kept out: any page may send a form to `localhost:8001`, and no tool that belongs here (curl, httpie,
 * decK) sends `Origin` or `Sec-Fetch-Site`. A foreign `Host` means that a name someone else controls points to this
 * machine (DNS rebinding), so that their page counts as same-origin.
 */
export class AdminGuard {
  readonly #listenHost: string;
  readonly #allowedHosts: ReadonlySet<string>;
  readonly #tokenDigest: Buffer | null;

  constructor(listenHost: string, access: AdminAccess) {
    this.#listenHost = listenHost;
    this.#allowedHosts = new Set(access.allowedHosts.map((host) => host.toLowerCase()));
    this.#tokenDigest = access.token === null ? null : digest(access.token.reveal());
  }

  /** `null` when the request may pass. */
  check(headers: IncomingHttpHeaders): Refusal | null {
    const site = headers['sec-fetch-site'];
    if (headers.origin !== undefined || (site !== undefined && site !== 'none' && site !== 'same-origin')) {
      return { status: 403, message: 'the Admin API takes no requests from web pages' };
    }
    if (!this.#isOwnHost(headers.host ?? '')) {
      return { status: 403, message: 'unknown Host; name it in admin_allowed_hosts to allow it' };
    }
    if (!this.#hasToken(headers)) return { status: 401, message: 'Unauthorized' };
    return null;
  }

  #isOwnHost(header: string): boolean {
    const name = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(header.toLowerCase());
    const host = name?.[1] ?? name?.[2];
    if (host === undefined) return false;
    if (host === 'localhost' || host === this.#listenHost || this.#allowedHosts.has(host)) return true;
    if (isIP(host) === 0) return false;
    // An address cannot be rebound. One that is not ours can only mean that a port is forwarded to a wildcard listener.
    return isWildcard(this.#listenHost) || (isLoopbackHost(host) && isLoopbackHost(this.#listenHost));
  }

  #hasToken(headers: IncomingHttpHeaders): boolean {
    if (this.#tokenDigest === null) return true;
    const own = headers['kong-admin-token'];
    const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    const given = typeof own === 'string' ? own : bearer;
    // Digests have one length, so the comparison takes the same time whatever was sent.
    return timingSafeEqual(digest(given ?? ''), this.#tokenDigest) && given !== undefined;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
