import type { Clock } from '../../lib/clock.ts';
import type { BoundAddress, ListenAddress } from '../listen/listen-address.ts';
import type { ListenerContext } from '../listen/listener-context.ts';
import type { GatewaySettings } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';
import { StreamFlow } from './stream-flow.ts';
import { StreamListener } from './stream-listener.ts';

/** What these listeners need of their gateway. */
export interface StreamListenersParts {
  /** What they share with the HTTP listeners. */
  readonly context: ListenerContext;
  readonly settings: GatewaySettings;
  /** The config in force. */
  readonly current: () => Snapshot;
  readonly clock: Clock;
  /** Takes the release of an old snapshot whose last connection has ended. */
  readonly onRelease: (release: Promise<void> | null) => void;
}

/** All listeners of a gateway for connections that are not HTTP. They outlive every config. */
export class StreamListeners {
  readonly #context: ListenerContext;
  readonly #flow: StreamFlow;
  readonly #open: StreamListener[] = [];

  constructor({ context, settings, current, clock, onRelease }: StreamListenersParts) {
    const { tls, limits, log } = context;
    this.#context = context;
    this.#flow = new StreamFlow({
      current,
      contextFor: (name) => tls.certificateFor(name).context,
      clock,
      log,
      hasAccessLog: settings.accessLog,
      handshakeTimeoutMs: limits.headerTimeoutMs,
      portMaps: settings.portMaps,
      onRelease,
    });
  }

  /** Connections open now. */
  get active(): number {
    return this.#open.reduce((sum, { active }) => sum + active, 0);
  }

  /** Connections accepted since start. */
  get accepted(): number {
    return this.#open.reduce((sum, { accepted }) => sum + accepted, 0);
  }

  /** @throws {ListenError} */
  async open(address: ListenAddress): Promise<BoundAddress> {
    const isTls = address.isTls === true;
    const listener = new StreamListener(address, this.#context, (socket) => void this.#flow.serve(socket, isTls));
    const bound = await listener.listen();
    this.#open.push(listener);
    return bound;
  }

  /** Takes no new connections, lets those that are open go on for at most `timeoutMs`, then cuts what is left. */
  async close(timeoutMs: number): Promise<void> {
    await Promise.all(this.#open.map((listener) => listener.close(timeoutMs)));
  }
}
