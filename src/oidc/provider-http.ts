import { type Dispatcher, request } from 'undici';
import { AddressGuard, metadataAddresses } from './address-guard.ts';
import type { ClientAgents } from './client-agents.ts';
import type { ClientTls } from './client-tls.ts';
import { IdentityProviderError } from './errors.ts';
import { BodyTooLarge, nothingWasSent, toProviderError } from './provider-faults.ts';
import { callableUrl, printable } from './provider-url.ts';
import { proxyFor, type TransportSettings } from './transport.ts';
import { type TransportConnections, TransportPool } from './transport-pool.ts';

/** Largest discovery document or key set, in bytes. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;
/** Largest token response, in bytes. */
export const MAX_TOKEN_RESPONSE_BYTES = 256 * 1024;
const MAX_REDIRECTS = 3;

/** How one request is made. */
export interface ProviderRequestOptions {
  readonly headers: readonly (readonly [string, string])[];
  /** For everything together: name look-up, TLS, redirects, retry, the last byte of the body. */
  readonly timeoutMs: number;
  readonly sslVerify: boolean;
  /** Shows a client certificate; its own `sslVerify` then takes the place of the one here. */
  readonly tls?: ClientTls | null;
}

/** An answer with its whole body, whatever its status. */
export interface ProviderResponse {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Whom connections may be made to, and who vouches for them. */
export interface ProviderReach {
  /** Addresses never connected to, alone or in CIDR form; default: those of clouds' credentials. */
  readonly deniedAddresses?: readonly string[];
  /** PEM authorities that certificates of providers are verified against; null (the default): those of Node. */
  readonly trustedCertificates?: readonly string[] | null;
}

/** The only place that talks to an identity provider. Its errors name the URL without query and never a header or body. */
export class ProviderHttp {
  readonly #shared: SharedConnections;
  readonly #connections: TransportConnections;

  /** @param source what is shared when `through` hands it on */
  constructor(source: ProviderReach | SharedConnections = {}, transport?: TransportSettings) {
    this.#shared = 'pool' in source ? source : sharedConnections(source);
    const { pool } = this.#shared;
    this.#connections = transport === undefined ? pool.direct : pool.acquire(transport);
  }

  /** Connections with client certificates; who has one retains it. */
  get clientAgents(): ClientAgents {
    return this.#connections.clientAgents;
  }

  /** PEM authorities for contexts that show a client certificate; null: those of Node. */
  get trustedCertificates(): readonly string[] | null {
    return this.#shared.trustedCertificates;
  }

  /** The same by way of a transport, with connections that all of an equal one share. Release it after use. */
  through(transport: TransportSettings): ProviderHttp {
    return new ProviderHttp(this.#shared, transport);
  }

  /** Ends the use of what {@link ProviderHttp.through} made; requests under way finish. */
  release(): void {
    this.#shared.pool.release(this.#connections);
  }

  /**
   * GETs a public document. Follows up to three redirects, but only within the same origin.
   *
   * @throws {IdentityProviderError} when there is no complete answer of acceptable size
   * @throws {ProviderConfigError} when the URL or a header is none
   */
  async getDocument(url: string, options: ProviderRequestOptions): Promise<ProviderResponse> {
    const deadline = AbortSignal.timeout(options.timeoutMs);
    let current = url;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#send('GET', current, null, options, MAX_DOCUMENT_BYTES, deadline);
      const { location } = response.headers;
      if (response.status < 300 || response.status > 399 || typeof location !== 'string') return response;
      const next = URL.canParse(location, current) ? new URL(location, current) : null;
      if (next?.origin !== new URL(current).origin || redirects === MAX_REDIRECTS) {
        throw new IdentityProviderError('unexpected redirect', `"${printable(current)}" redirects elsewhere`);
      }
      current = next.href;
    }
  }

  /**
   * POSTs a form that carries credentials. Never follows a redirect.
   *
   * @throws {IdentityProviderError} when there is no complete answer of acceptable size
   * @throws {ProviderConfigError} when the URL or a header is none
   */
  async postForm(
    url: string,
    form: readonly (readonly [string, string])[],
    options: ProviderRequestOptions,
  ): Promise<ProviderResponse> {
    const deadline = AbortSignal.timeout(options.timeoutMs);
    const body = new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString();
    return await this.#send('POST', url, body, options, MAX_TOKEN_RESPONSE_BYTES, deadline);
  }

  /**
   * GETs with a credential in the headers. Never follows a redirect.
   *
   * @throws {IdentityProviderError} when there is no complete answer of acceptable size
   * @throws {ProviderConfigError} when the URL or a header is none
   */
  async getOnce(url: string, options: ProviderRequestOptions): Promise<ProviderResponse> {
    const deadline = AbortSignal.timeout(options.timeoutMs);
    return await this.#send('GET', url, null, options, MAX_TOKEN_RESPONSE_BYTES, deadline);
  }

  /** Ends all connections, of all transports. */
  async close(): Promise<void> {
    await this.#shared.pool.destroy();
  }

  async #send(
    method: 'GET' | 'POST',
    url: string,
    body: string | null,
    options: ProviderRequestOptions,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<ProviderResponse> {
    const headers = requestHeaders(options.headers, body);
    const { tls = null, sslVerify } = options;
    const target = callableUrl(url);
    const dispatcher = this.#connections.choose(tls, sslVerify).dispatcher(target);
    const proxy = proxyFor(target, this.#connections.settings)?.url ?? null;
    for (let attempt = 1; ; attempt++) {
      try {
        this.#shared.guard.checkLiteral(target);
        const response = await inTime(request(url, { method, headers, body, dispatcher, signal }), signal);
        const text = await readText(response.body, maxBytes);
        return { url, status: response.statusCode, headers: response.headers, text };
      } catch (error) {
        if (attempt === 1 && !signal.aborted && nothingWasSent(error)) continue;
        throw toProviderError(error, url, proxy, signal);
      }
    }
  }
}

/** What all transports have in common. */
interface SharedConnections {
  readonly guard: AddressGuard;
  readonly trustedCertificates: readonly string[] | null;
  readonly pool: TransportPool;
}

function sharedConnections(reach: ProviderReach): SharedConnections {
  const { deniedAddresses = metadataAddresses, trustedCertificates = null } = reach;
  const guard = new AddressGuard(deniedAddresses);
  return { guard, trustedCertificates, pool: new TransportPool(guard.lookup, trustedCertificates) };
}

/** Undici gives a request up once it has a connection; until then it waits for that, however long it takes. */
async function inTime<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let giveUp = (): void => undefined;
  const end = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(new Error('timed out'));
    signal.addEventListener('abort', giveUp);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, end]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function readText(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream and with it the connection.
    if (size > maxBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  // Drops the byte order mark that some servers put in front.
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function requestHeaders(extra: ProviderRequestOptions['headers'], body: string | null): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'gw' };
  for (const [name, value] of extra) headers[name.toLowerCase()] = value;
  if (body !== null) headers['content-type'] = 'application/x-www-form-urlencoded';
  return headers;
}
