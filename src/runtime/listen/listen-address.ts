/** Where to listen, and what is spoken there. */
export interface ListenAddress {
  /** An IP address, a host name, or `unix:/path` for a socket. */
  readonly host: string;
  /** 0 takes a free one; no meaning for a socket. */
  readonly port: number;
  readonly isTls?: boolean;
  /** HTTP/2 beside HTTP/1.1: by ALPN over TLS, by prior knowledge (RFC 9113 §3.3) without. */
  readonly isHttp2?: boolean;
  /** Connections begin with a PROXY protocol header; one without is closed. */
  readonly isProxyProtocol?: boolean;
  /** Connections the kernel holds until they are accepted. */
  readonly backlog?: number | null;
}

/** Where a listener really listens. */
export interface BoundAddress {
  readonly host: string;
  readonly port: number;
  /** For people and scripts; a wildcard address shows as the loopback address, a socket as `unix:/path`. */
  readonly url: string;
}

/** The address cannot be had; the message says so in words that help. */
export class ListenError extends Error {
  readonly code: string;
  readonly address: ListenAddress;

  constructor(address: ListenAddress, cause: NodeJS.ErrnoException) {
    super(`cannot listen on ${textOf(address)}: ${reasonFor(cause)}`, { cause });
    this.code = cause.code ?? 'UNKNOWN';
    this.address = address;
  }
}

/** The path of a `unix:/path` host; `null` for any other. */
export function socketPath(host: string): string | null {
  return host.startsWith('unix:') ? host.slice('unix:'.length) : null;
}

/** An address as a URL that reaches it from this machine. */
export function urlOf(scheme: string, host: string, port: number): string {
  if (socketPath(host) !== null) return host;
  return `${scheme}://${reachableHost(host)}:${port}`;
}

function textOf({ host, port }: ListenAddress): string {
  if (socketPath(host) !== null) return host;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function reasonFor(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'the port is in use by another process';
    case 'EACCES':
      return 'this user may not listen on that port';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address';
    case 'ENOTFOUND':
      return 'that host name does not resolve';
    default:
      return error.message;
  }
}
