import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { ProviderConfigError } from './errors.ts';
import { type ProxySettings, proxyFor, type TransportSettings } from './transport.ts';

/** Below the 5 s after which many servers close an idle connection, so that a request rarely meets a dying one. */
const KEEP_ALIVE_MS = 4000;

/** A proxy that takes longer to open a tunnel than any call is given has lost it. */
const LONGEST_TUNNEL_MS = 60_000;

/** How TLS connections to a provider are made. */
export interface ProviderTls {
  readonly rejectUnauthorized: boolean;
  /** Has the authorities that are trusted, and the certificate to show; without it they are those of Node, and none. */
  readonly secureContext?: SecureContext;
}

/** Connections to providers that are made in one way, directly or through the proxies of a transport. */
export class Connections {
  readonly #transport: TransportSettings;
  readonly #tls: ProviderTls;
  readonly #lookup: LookupFunction;
  readonly #dispatchers = new Map<ProxySettings | null, Dispatcher>();

  /** @param lookup guards the addresses that are connected to: of providers, or of the proxy */
  constructor(transport: TransportSettings, tls: ProviderTls, lookup: LookupFunction) {
    this.#transport = transport;
    this.#tls = tls;
    this.#lookup = lookup;
  }

  /**
   * What makes a request to this URL.
   *
   * @throws {ProviderConfigError} when its proxy has no usable address
   */
  dispatcher(url: URL): Dispatcher {
    const proxy = proxyFor(url, this.#transport);
    const known = this.#dispatchers.get(proxy);
    if (known !== undefined) return known;
    const made = proxy === null ? this.#direct() : this.#through(proxy);
    this.#dispatchers.set(proxy, made);
    return made;
  }

  /** Lets requests under way finish, then closes the connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((one) => one.close()));
  }

  /** Ends all connections at once. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((one) => one.destroy()));
  }

  /** Undici closes each connection after its request when it may not have one under way. */
  get #reuse(): { readonly keepAliveTimeout: number; readonly pipelining: number } {
    return { keepAliveTimeout: KEEP_ALIVE_MS, pipelining: this.#transport.keepsAlive ? 1 : 0 };
  }

  #direct(): Dispatcher {
    return new Agent({ ...this.#reuse, connect: { lookup: this.#lookup, ...this.#tls } });
  }

  #through({ url, authorization }: ProxySettings): Dispatcher {
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      throw new ProviderConfigError('the address of the proxy is not an absolute http or https URL');
    }
    const reuse = this.#reuse;
    return new ProxyAgent({
      uri: url,
      ...(authorization === null ? {} : { token: authorization.reveal() }),
      // Plain http goes in absolute form, as many proxies open tunnels to port 443 alone.
      proxyTunnel: false,
      proxyTls: { lookup: this.#lookup },
      requestTls: this.#tls,
      factory: (origin, options) => new Pool(origin, Object.assign({}, options, reuse)),
      clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: LONGEST_TUNNEL_MS }),
    });
  }
}
