import type { Service } from '../../entities/service.ts';
import { measure } from './algorithm/latency.ts';
import type { AttemptFailure, Balancer, BalancerInput, Peer, UpstreamDispatcher } from './balancer.ts';
import type { DispatcherBook, PeerDispatchers } from './dispatcher-book.ts';
import type { Endpoint, Member } from './endpoint.ts';
import { hostHeaderOf, originOf, targetHostHeader } from './service-address.ts';
import type { Transport } from './transport.ts';
import type { UpstreamGroup } from './upstream-group.ts';

/** What the requests of one service are sent to. */
export interface RoutedUpstream {
  readonly balancer: Balancer;
  /** Every setting that makes two of them different. */
  readonly key: string;
  /** `http://host:port` of the service, for logs and explanations. */
  readonly origin: string;
  /** The Host header for most requests; a peer has the final word. */
  readonly hostHeader: string;
  /** How its peers are spoken to, for connections that are not HTTP. */
  readonly transport: Transport;
}

const NONE_TRIED: readonly Endpoint[] = [];
/** What an attempt that failed at once counts for, or a target that refuses everything would look fastest. */
const FAILURE_LATENCY_MS = 1000;

/** A group as one service speaks to it: each address of the group with the connections that the service asks for. */
export class ServiceUpstream implements RoutedUpstream, Balancer {
  readonly key: string;
  readonly origin: string;
  readonly hostHeader: string;
  readonly group: UpstreamGroup;
  readonly transport: Transport;
  readonly #dispatchers: DispatcherBook;
  readonly #peers = new Map<Endpoint, UpstreamPeer>();
  readonly #unwatch: () => void;

  constructor(service: Service, key: string, group: UpstreamGroup, transport: Transport, dispatchers: DispatcherBook) {
    this.key = key;
    this.origin = originOf(service);
    this.hostHeader = likelyHostHeader(service, group);
    this.group = group;
    this.transport = transport;
    this.#dispatchers = dispatchers;
    this.#syncPeers();
    this.#unwatch = group.watch(() => this.#syncPeers());
  }

  get balancer(): Balancer {
    return this;
  }

  pick(input: BalancerInput, tried: readonly Peer[]): Peer | null | Promise<Peer | null> {
    const chosen = this.group.pick(input, tried.length === 0 ? NONE_TRIED : endpointsOf(tried));
    if (chosen instanceof Promise) return chosen.then((member) => this.#peerOf(member));
    return this.#peerOf(chosen);
  }

  /** Gives back its connections; requests under way on them end first. */
  async close(): Promise<void> {
    this.#unwatch();
    const peers = [...this.#peers.values()];
    this.#peers.clear();
    await Promise.all(peers.map(({ dispatchers }) => this.#dispatchers.release(dispatchers)));
  }

  #peerOf(member: Member | null): Peer | null {
    return member === null ? null : (this.#peers.get(member.endpoint) ?? null);
  }

  /** Peers of addresses that stay keep their connections. */
  #syncPeers(): void {
    const gone = new Set(this.#peers.keys());
    for (const member of this.group.members) {
      const { endpoint } = member;
      gone.delete(endpoint);
      if (!this.#peers.has(endpoint)) this.#peers.set(endpoint, this.#openPeer(member));
    }
    for (const endpoint of gone) {
      const peer = this.#peers.get(endpoint);
      this.#peers.delete(endpoint);
      if (peer !== undefined) void this.#dispatchers.release(peer.dispatchers);
    }
  }

  #openPeer(member: Member): UpstreamPeer {
    const { ip, port } = member.endpoint;
    const { protocol } = this.transport;
    const host = this.group.config.upstream?.host_header ?? member.hostName;
    const hostHeader = targetHostHeader(protocol, host, port);
    const dispatchers = this.#dispatchers.acquire(this.transport, ip, port, hostHeader);
    return new UpstreamPeer(this.group, member, dispatchers, hostHeader);
  }
}

class UpstreamPeer implements Peer {
  readonly dispatcher: UpstreamDispatcher;
  readonly special: UpstreamDispatcher;
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  readonly hostHeader: string;
  readonly endpoint: Endpoint;
  readonly dispatchers: PeerDispatchers;
  readonly #group: UpstreamGroup;
  readonly #member: Member;

  constructor(group: UpstreamGroup, member: Member, dispatchers: PeerDispatchers, hostHeader: string) {
    this.dispatcher = dispatchers.main;
    this.special = dispatchers.special;
    this.origin = dispatchers.origin;
    this.host = member.endpoint.ip;
    this.port = member.endpoint.port;
    this.hostHeader = hostHeader;
    this.endpoint = member.endpoint;
    this.dispatchers = dispatchers;
    this.#group = group;
    this.#member = member;
  }

  begin(): void {
    this.endpoint.inFlight++;
  }

  end(result: number | AttemptFailure, elapsedMs: number): void {
    this.endpoint.inFlight--;
    if (result === 'cancelled') return;
    const { algorithm, passive } = this.#group;
    if (algorithm.usesLatency === true) {
      const cost = typeof result === 'number' ? elapsedMs : Math.max(elapsedMs, FAILURE_LATENCY_MS);
      measure(this.endpoint, cost, this.#group.now());
    }
    // To Kong a target that answers 504 has timed out itself.
    if (passive !== null) this.#group.report(this.#member, passive, result === 504 ? 'timeout' : result, 'traffic');
  }
}

function endpointsOf(peers: readonly Peer[]): readonly Endpoint[] {
  return peers.flatMap((peer) => (peer instanceof UpstreamPeer ? [peer.endpoint] : []));
}

/** What most peers will say: the upstream's own header, or that of the first target. */
function likelyHostHeader(service: Service, { config: { upstream, targets } }: UpstreamGroup): string {
  const [first] = targets;
  if (upstream === null || first === undefined) return hostHeaderOf(service);
  return targetHostHeader(service.protocol, upstream.host_header ?? first.host, first.port);
}
