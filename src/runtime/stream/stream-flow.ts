import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../pdk/log.ts';
import type { StreamRequest } from '../../router/stream-request.ts';
import { connectionFacts } from '../connection-facts.ts';
import type { Snapshot } from '../snapshot.ts';
import { peekClientHello } from './peek-client-hello.ts';
import { Relay, type RelayEnd } from './relay.ts';
import { openUpstream } from './open-upstream.ts';
import { StreamRefusal } from './stream-refusal.ts';
import type { StreamRoute } from './stream-route.ts';
import { StreamVisit } from './stream-visit.ts';
import { terminateTls } from './terminate-tls.ts';

/** What a {@link StreamFlow} needs of its gateway. */
export interface StreamFlowParts {
  /** The config in force. */
  readonly current: () => Snapshot;
  /** The certificate to show to a caller that asks for a server name, or for none. */
  readonly contextFor: (serverName: string | null) => SecureContext;
  readonly clock: Clock;
  readonly log: Logger;
  readonly hasAccessLog: boolean;
  /** For a ClientHello, and for a handshake; 0 for no limit. */
  readonly handshakeTimeoutMs: number;
  /** Port that callers see, by the port listened on. */
  readonly portMaps: ReadonlyMap<number, number>;
  /** Takes the release of an old snapshot whose last connection has ended. */
  readonly onRelease: (release: Promise<void> | null) => void;
}

/**
 * Takes connections that are not HTTP to where their route says. A connection holds the config it was routed with, and
 * that config's upstream, until it ends; none of gw's plugins runs on it.
 */
export class StreamFlow {
  readonly #parts: StreamFlowParts;

  constructor(parts: StreamFlowParts) {
    this.#parts = parts;
  }

  /** Serves a connection until it is closed. Never rejects. @param isTls whether the listener expects TLS */
  async serve(socket: Socket, isTls: boolean): Promise<void> {
    const { clock, log, hasAccessLog } = this.#parts;
    // Whatever breaks is seen where it matters; without a listener it would end the process.
    socket.on('error', () => undefined);
    const visit = new StreamVisit(socket, connectionFacts(socket), clock.now());
    let end: RelayEnd | null = null;
    try {
      visit.hello = isTls ? await peekClientHello(socket, this.#parts.handshakeTimeoutMs) : null;
      end = await this.#route(visit);
    } catch (error) {
      visit.logRefusal(error, log);
    }
    socket.destroy();
    if (hasAccessLog) visit.logAccess(end, clock.now(), log);
  }

  async #route(visit: StreamVisit): Promise<RelayEnd> {
    const snapshot = this.#parts.current();
    snapshot.enter();
    try {
      const match = snapshot.streamRouter.match(this.#requestOf(visit));
      if (match === null) throw new StreamRefusal('config', 'no Route found with those values');
      visit.route = match.target;
      return await this.#carry(visit, match.target);
    } finally {
      this.#parts.onRelease(snapshot.leave());
    }
  }

  async #carry(visit: StreamVisit, route: StreamRoute): Promise<RelayEnd> {
    const { target, withTls, takesPlain, label } = route;
    const isTls = visit.hello !== null;
    if (isTls ? withTls === 'refuse' : !takesPlain) {
      throw new StreamRefusal('config', `route "${label}" takes no connections ${isTls ? 'with' : 'without'} TLS`);
    }
    if (target === null) throw new StreamRefusal('config', 'no Service found with those values');
    const isTerminated = isTls && withTls === 'terminate';
    const caller = isTerminated
      ? await terminateTls(
          visit.socket,
          this.#parts.contextFor(visit.hello?.sni ?? null),
          this.#parts.handshakeTimeoutMs,
        )
      : visit.socket;
    const passesThrough = isTls && !isTerminated;
    const { upstream, end } = await openUpstream(visit, route, target, passesThrough, this.#parts.clock);
    return new Promise((resolve) => {
      visit.relay = new Relay(caller, upstream, target.idleTimeoutMs, (outcome) => {
        end();
        resolve(outcome);
      });
      visit.relay.start();
    });
  }

  #requestOf({ facts, hello }: StreamVisit): StreamRequest {
    return {
      protocol: hello === null ? 'tcp' : 'tls',
      sni: hello?.sni ?? null,
      sourceIp: facts.remoteAddress,
      sourcePort: facts.remotePort,
      destinationIp: facts.localAddress,
      destinationPort: this.#parts.portMaps.get(facts.localPort) ?? facts.localPort,
    };
  }
}
