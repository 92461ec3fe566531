import { once } from '../../lib/once.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../pdk/log.ts';
import type { GatewaySettings } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';
import { serve } from './certificate-table.ts';
import { ConnectionLimit } from './connection-limit.ts';
import { defaultCertificates } from './default-certificates.ts';
import { HttpListener } from './http-listener.ts';
import type { BoundAddress, ListenAddress } from './listen-address.ts';
import type { ListenerContext } from './listener-context.ts';
import type { RequestHandlers } from './request-handlers.ts';

/** What listeners need of their gateway. */
export interface ListenersParts {
  readonly settings: GatewaySettings;
  /** The config in force. */
  readonly current: () => Snapshot;
  /** Whether an address is in `trusted_ips`. */
  readonly trusts: (address: string) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** All HTTP listeners of a gateway. They outlive every config: what one of them asks, it asks the config in force. */
export class HttpListeners {
  /** What listeners of other protocols share with these. */
  readonly context: ListenerContext;
  readonly #handlers: RequestHandlers;
  readonly #open: HttpListener[] = [];

  constructor(handlers: RequestHandlers, { settings, current, trusts, clock, log }: ListenersParts) {
    this.#handlers = handlers;
    const defaultPairs = defaultCertificates(settings.defaultCertificates, () => clock.now());
    const byDefault = once(() => serve(defaultPairs(), settings.tls));
    const believes = settings.realIpHeader === 'proxy_protocol';
    this.context = {
      limits: settings.limits,
      connections: new ConnectionLimit(settings.limits.connections, log),
      tls: {
        policy: settings.tls,
        certificateFor: (name) => current().certificates.certificateFor(name) ?? byDefault(),
        wantsClientCertificate: (name) => current().wantsClientCertificate(name),
      },
      believesProxy: (peer) => believes && trusts(peer),
      log,
    };
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
    const listener = new HttpListener(address, this.#handlers, this.context);
    const bound = await listener.listen();
    this.#open.push(listener);
    return bound;
  }

  /** Takes no new connections, lets requests under way end for at most `timeoutMs`, then cuts what is left. */
  async close(timeoutMs: number): Promise<void> {
    await Promise.all(this.#open.map((listener) => listener.close(timeoutMs)));
  }
}
