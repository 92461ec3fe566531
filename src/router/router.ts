import type { Route } from '../entities/route.ts';

/** How routes are written and ordered: Kong's `router_flavor`. */
export type RouterFlavor = 'traditional_compatible' | 'traditional' | 'expressions';

/** What routing looks at. A router reads a field only when some route asks for it, so fields may be getters. */
export interface RouterRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** The Host header as sent, port included; empty when there is none. */
  readonly host: string;
  /** The port the connection came in on, after `port_maps`. */
  readonly port: number;
  /** The normalised path (`request-path.ts`). */
  readonly path: string;
  /** The raw query without `?`. */
  readonly query: string;
  /** Name, value, name, value …, as received. */
  readonly rawHeaders: readonly string[];
  /** Server name of the TLS handshake; `null` without one. */
  readonly sni: string | null;
  /** The other end of the connection; `null` when it is not known. */
  readonly sourceIp: string | null;
  readonly sourcePort: number | null;
  /** Our end of the connection; its port is {@link RouterRequest.port}. */
  readonly destinationIp: string | null;
}

/** The route that was chosen, and what its match yields. */
export interface RouteMatch<Target> {
  readonly target: Target;
  /** The part of the path that `strip_path` takes away; `null` when the route keeps the path or matched without one. */
  readonly prefix: string | null;
  /** Groups of the matching regular expression by number and name, `0` the whole match; `null` when there are none. */
  readonly captures: ReadonlyMap<string, string> | null;
}

/** Something with a route: the router hands back the very object it was given. */
export interface Routable {
  readonly route: Route;
}

/** Chooses the route of a request. Implementations differ in the order they try routes, not in this contract. */
export interface Router<Target extends Routable> {
  match(request: RouterRequest): RouteMatch<Target> | null;
}
