import type { RouterFlavor, RouterRequest } from './router.ts';

/** The Host header of a request as a flavour compares it. One object serves all requests of a router. */
export interface RequestHost {
  /** What a plain host of a route must equal; empty when the request has no host. */
  readonly key: string;
  /** A second spelling that will do as well. */
  readonly otherKey: string | null;
  /** What wildcards are compared with. */
  readonly name: string;
  /** What the port of a route's host must equal. */
  readonly port: number;
  read(request: RouterRequest): void;
}

/** The reading of a flavour. */
export function requestHostOf(flavor: RouterFlavor): RequestHost {
  return flavor === 'traditional' ? new TraditionalHost() : new CompatibleHost();
}

/** `name:port` cut at its first colon when only digits follow; `port` is `null` when there is none. */
export function splitHostPort(host: string): { readonly name: string; readonly port: number | null } {
  const colon = host.indexOf(':');
  const port = colon < 0 ? null : parsePort(host, colon + 1);
  return port === null ? { name: host, port: null } : { name: host.slice(0, colon), port };
}

/** The same of a request; `fallbackPort` is the port of the listener. */
export function splitRequestHost(host: string, fallbackPort: number): { readonly name: string; readonly port: number } {
  const { name, port } = splitHostPort(host);
  return { name, port: port ?? fallbackPort };
}

/** Kong's `split_host_port`: a bracketed IPv6 host is one text, its port included. The listener's port fills in. */
class CompatibleHost implements RequestHost {
  key = '';
  readonly otherKey = null;
  port = 0;

  get name(): string {
    return this.key;
  }

  read(request: RouterRequest): void {
    const { host } = request;
    const colon = host.indexOf(':');
    const port = colon < 0 ? null : parsePort(host, colon + 1);
    this.key = port === null ? host : host.slice(0, colon);
    this.port = port ?? request.port;
  }
}

/**
 * `split_port` of Kong's traditional router: brackets are peeled off, and the default port of the scheme fills in. Plain
 * hosts are compared with the header as sent or without its port; wildcards with a text that always has a port.
 */
class TraditionalHost implements RequestHost {
  key = '';
  otherKey = '';
  name = '';
  port = 0;

  read({ host, scheme }: RouterRequest): void {
    const bracket = host.startsWith('[') ? host.lastIndexOf(']') : -1;
    const colon = host.indexOf(':', bracket < 0 ? 0 : bracket);
    const port = colon < 0 ? null : parsePort(host, colon + 1);
    const isBare = colon < 0 || colon === host.length - 1;
    const name = colon >= 0 && (port !== null || isBare) ? host.slice(0, colon) : host;
    this.key = host;
    this.name = name;
    this.otherKey = bracket > 0 && name.endsWith(']') ? name.slice(1, -1) : name;
    this.port = port ?? (scheme === 'https' ? 443 : 80);
  }
}

function parsePort(text: string, start: number): number | null {
  if (start === text.length) return null;
  let port = 0;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return null;
    port = port * 10 + digit;
  }
  return port;
}
