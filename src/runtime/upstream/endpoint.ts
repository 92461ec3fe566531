import { bracketed } from './service-address.ts';
import { EndpointHealth } from './health/endpoint-health.ts';

/** An address behind an upstream and what is learnt about it. Reloads that keep the target keep this object. */
export class Endpoint {
  /** An IP address. */
  readonly ip: string;
  readonly port: number;
  /** `10.0.0.1:8080`, `[::1]:8080`. */
  readonly address: string;
  readonly health = new EndpointHealth();
  /** Attempts that have begun and not ended, their responses included. */
  inFlight = 0;
  /** Moving average of the time to a response head, milliseconds; see `algorithm/latency.ts`. */
  latencyMs = 0;
  /** When {@link Endpoint.latencyMs} was set; 0 for never. */
  measuredAt = 0;

  constructor(ip: string, port: number) {
    this.ip = ip;
    this.port = port;
    this.address = `${bracketed(ip)}:${port}`;
  }
}

/** An endpoint's place in one balancer. */
export class Member {
  readonly endpoint: Endpoint;
  /** Share of the traffic; 0 takes none. */
  readonly weight: number;
  /** What the Host header says of it, without port. */
  readonly hostName: string;
  /** Of smooth weighted round-robin: how much it is due. */
  due = 0;

  constructor(endpoint: Endpoint, weight: number, hostName: string) {
    this.endpoint = endpoint;
    this.weight = weight;
    this.hostName = hostName;
  }
}

/** Endpoints by upstream, target and address, shared by the configs that have them. */
export class EndpointBook {
  readonly #entries = new Map<string, { readonly endpoint: Endpoint; users: number }>();

  /** The endpoint for a key, made on first use. Every call needs one {@link EndpointBook.release}. */
  acquire(key: string, ip: string, port: number): Endpoint {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { endpoint: new Endpoint(ip, port), users: 0 };
      this.#entries.set(key, entry);
    }
    entry.users++;
    return entry.endpoint;
  }

  /** Forgets the endpoint when nobody uses it any more. */
  release(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.users--;
    if (entry.users === 0) this.#entries.delete(key);
  }
}
