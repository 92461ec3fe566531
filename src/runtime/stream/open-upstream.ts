import type { Socket } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import type { Peer } from '../upstream/balancer.ts';
import { type PeerTls, serverNameOf } from '../upstream/transport.ts';
import { ConnectTimeout, connectPeer } from './connect-peer.ts';
import { StreamBalancerInput } from './stream-balancer-input.ts';
import { StreamRefusal } from './stream-refusal.ts';
import type { StreamRoute, StreamTarget } from './stream-route.ts';
import type { StreamVisit } from './stream-visit.ts';

/** A connection to a peer that took it. */
export interface OpenUpstream {
  readonly upstream: Socket;
  /** To be called once, when the connection is over: the peer has one less. */
  readonly end: () => void;
}

/** What a balancer is told of a connection that was made; health checks count it as a good answer. */
const CONNECTED = 200;

/**
 * Connects to a peer of the route's upstream, and to others while connections fail, `retries` times more. The caller's
 * bytes wait meanwhile.
 * @param passesThrough leave the caller's TLS to the peer
 * @throws {StreamRefusal} when no peer can be had, or the caller is gone
 */
export async function openUpstream(
  visit: StreamVisit,
  route: StreamRoute,
  target: StreamTarget,
  passesThrough: boolean,
  clock: Clock,
): Promise<OpenUpstream> {
  const input = new StreamBalancerInput(visit.facts.remoteAddress);
  const gone = new AbortController();
  const onClose = (): void => gone.abort(new Error('the caller went away'));
  visit.socket.once('close', onClose);
  const tried: Peer[] = [];
  let failure: unknown;
  try {
    while (tried.length < target.tries) {
      const peer = await pickPeer(target, input, tried);
      tried.push(peer);
      visit.peer = peer;
      const tls = passesThrough ? null : tlsFor(visit, route, target, peer);
      try {
        return await attempt(peer, target.upstream.transport.connectTimeoutMs, tls, gone.signal, clock);
      } catch (error) {
        failure = error;
        if (gone.signal.aborted) throw new StreamRefusal('caller', 'the caller went away');
      }
    }
  } finally {
    visit.socket.off('close', onClose);
  }
  throw new StreamRefusal('upstream', 'no upstream took the connection', failure);
}

async function pickPeer(target: StreamTarget, input: StreamBalancerInput, tried: readonly Peer[]): Promise<Peer> {
  let peer: Peer | null;
  try {
    peer = await target.upstream.balancer.pick(input, tried);
  } catch (error) {
    throw new StreamRefusal('upstream', 'the name of the upstream cannot be resolved', error);
  }
  if (peer === null) throw new StreamRefusal('upstream', 'no target can take the connection');
  return peer;
}

/** One try; its peer hears how it went. */
async function attempt(
  peer: Peer,
  connectTimeoutMs: number,
  tls: PeerTls | null,
  signal: AbortSignal,
  clock: Clock,
): Promise<OpenUpstream> {
  const { host, port } = peer;
  const startedAt = clock.now();
  peer.begin();
  try {
    const upstream = await connectPeer({ host, port, connectTimeoutMs, tls }, signal);
    const elapsedMs = clock.now() - startedAt;
    return { upstream, end: () => peer.end(CONNECTED, elapsedMs) };
  } catch (error) {
    const failure = signal.aborted ? 'cancelled' : error instanceof ConnectTimeout ? 'timeout' : 'connection';
    peer.end(failure, clock.now() - startedAt);
    throw error;
  }
}

/** The name that the peer is asked for and must prove: the caller's own with `preserve_host`, else the peer's. */
function tlsFor(
  { hello }: StreamVisit,
  { route }: StreamRoute,
  { upstream: { transport } }: StreamTarget,
  peer: Peer,
): PeerTls | null {
  if (transport.tls === null) return null;
  const name = (route.preserve_host ? hello?.sni : null) ?? serverNameOf(peer.hostHeader);
  return name === null ? transport.tls : { ...transport.tls, servername: name };
}
