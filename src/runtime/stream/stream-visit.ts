import type { Socket } from 'node:net';
import type { Logger } from '../../pdk/log.ts';
import type { ConnectionFacts } from '../connection-facts.ts';
import type { Peer } from '../upstream/balancer.ts';
import type { ClientHello } from './client-hello.ts';
import type { Relay, RelayEnd } from './relay.ts';
import { StreamRefusal } from './stream-refusal.ts';
import type { StreamRoute } from './stream-route.ts';

/** One caller's connection, from its first byte to its last: what is learnt on the way, for the log. */
export class StreamVisit {
  /** The connection as it was accepted. */
  readonly socket: Socket;
  readonly facts: ConnectionFacts;
  readonly startedAt: number;
  hello: ClientHello | null = null;
  route: StreamRoute | null = null;
  peer: Peer | null = null;
  relay: Relay | null = null;

  constructor(socket: Socket, facts: ConnectionFacts, startedAt: number) {
    this.socket = socket;
    this.facts = facts;
    this.startedAt = startedAt;
  }

  /** Says why nothing came of it; what callers do wrong is no warning. */
  logRefusal(error: unknown, log: Logger): void {
    const refusal =
      error instanceof StreamRefusal ? error : new StreamRefusal('upstream', 'an unexpected error', error);
    const fields = { ...this.#who(), ...(refusal.cause === undefined ? {} : { err: refusal.cause }) };
    const message = `connection closed: ${refusal.message}`;
    if (refusal.fault === 'caller') log.info(fields, message);
    else log.warn(fields, message);
  }

  /** One line for the access log. */
  logAccess(end: RelayEnd | null, endedAt: number, log: Logger): void {
    log.info(
      {
        ...this.#who(),
        upstream: this.peer?.origin ?? null,
        bytes_received: this.relay?.received ?? 0,
        bytes_sent: this.relay?.sent ?? 0,
        end: end?.kind ?? 'refused',
        broken_by: end?.kind === 'broken' ? end.side : null,
        total_ms: endedAt - this.startedAt,
      },
      'connection',
    );
  }

  #who(): Readonly<Record<string, unknown>> {
    return {
      client: this.facts.remoteAddress,
      port: this.facts.localPort,
      sni: this.hello?.sni ?? null,
      route: this.route?.label ?? null,
      service: this.route?.service?.name ?? null,
    };
  }
}
