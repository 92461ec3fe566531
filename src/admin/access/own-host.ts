import { isIP } from 'node:net';
import { isLoopbackHost } from '../../lib/loopback.ts';
import { socketPath } from '../../runtime/listen/listen-address.ts';

/**
 * Decides which names callers may know a listener by. Any other may be a name that someone else points to this machine
 * (DNS rebinding), so that a page of theirs counts as same-origin in the browser.
 */
export class OwnHost {
  readonly #listenHost: string;
  readonly #allowed: ReadonlySet<string>;

  /** @param allowed names besides `localhost` and the listener's own addresses */
  constructor(listenHost: string, allowed: readonly string[]) {
    this.#listenHost = listenHost.toLowerCase();
    this.#allowed = new Set(allowed.map((host) => host.toLowerCase()));
  }

  /** Whether a `Host` header names this listener. */
  accepts(header: string): boolean {
    // No browser reaches a socket in the file system.
    if (socketPath(this.#listenHost) !== null) return true;
    const name = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(header.toLowerCase());
    const host = name?.[1] ?? name?.[2];
    if (host === undefined) return false;
    if (host === 'localhost' || host === this.#listenHost || this.#allowed.has(host)) return true;
    if (isIP(host) === 0) return false;
    // An address cannot be rebound. One that is not ours can only mean that a port is forwarded to a wildcard listener.
    return isWildcard(this.#listenHost) || (isLoopbackHost(host) && isLoopbackHost(this.#listenHost));
  }
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
