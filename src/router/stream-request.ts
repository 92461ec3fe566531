import { type Address, parseAddress } from '../lib/address-range.ts';
import type { Routable } from './router.ts';

/** What the routing of a connection looks at. */
export interface StreamRequest {
  /** `tls` as soon as the caller speaks TLS, whoever ends it; `tls_passthrough` is another word for it. */
  readonly protocol: 'tcp' | 'tls' | 'udp' | 'tls_passthrough';
  /** The server name the caller asked for, as sent; `null` without one. */
  readonly sni: string | null;
  /** The other end of the connection; `null` when it is not known. */
  readonly sourceIp: string | null;
  readonly sourcePort: number | null;
  /** Our end of the connection. */
  readonly destinationIp: string | null;
  readonly destinationPort: number | null;
}

/** The route that was chosen. */
export interface StreamMatch<Target> {
  readonly target: Target;
}

/** Chooses the route of a connection that is not HTTP. */
export interface StreamRouter<Target extends Routable> {
  /** True when there is no route to choose from. */
  readonly isEmpty: boolean;
  match(request: StreamRequest): StreamMatch<Target> | null;
}

/** A {@link StreamRequest} with its addresses read once. */
export interface StreamFacts {
  readonly request: StreamRequest;
  /** As Kong's field `net.protocol` has it. */
  readonly protocol: 'tcp' | 'tls' | 'udp';
  readonly source: Address | null;
  readonly destination: Address | null;
}

/** Reads what several routes look at. */
export function readStreamFacts(request: StreamRequest): StreamFacts {
  const { protocol, sourceIp, destinationIp } = request;
  return {
    request,
    protocol: protocol === 'tls_passthrough' ? 'tls' : protocol,
    source: sourceIp === null ? null : parseAddress(sourceIp),
    destination: destinationIp === null ? null : parseAddress(destinationIp),
  };
}
