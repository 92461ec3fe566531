import { type Dispatcher, request } from 'undici';
import { ADDRESS_DENIED, AddressGuard, metadataAddresses } from './address-guard.ts';
import type { ClientAgents } from './client-agents.ts';
import type { ClientTls } from './client-tls.ts';
import { IdentityProviderError, type IdpFaultReason } from './errors.ts';
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
    const dispatcher = this.#connections.choose(tls, sslVerify).dispatcher(new URL(url));
    const proxy = proxyFor(new URL(url), this.#connections.settings)?.url ?? null;
    for (let attempt = 1; ; attempt++) {
      try {
        this.#shared.guard.checkLiteral(new URL(url));
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

class BodyTooLarge extends Error {}

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

const connectFailures: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Undici's words for a proxy that opens no tunnel, and for one that asks for a password. */
const proxyRefusals: ReadonlySet<string> = new Set(['UND_ERR_ABORTED', 'UND_ERR_INVALID_ARG']);

/** Only then may a request with a one-time effect be repeated. */
function nothingWasSent(error: unknown): boolean {
  return connectFailures.has(codeOf(error));
}

function toProviderError(
  error: unknown,
  url: string,
  proxy: string | null,
  signal: AbortSignal,
): IdentityProviderError {
  const refused = proxy !== null && proxyRefusals.has(codeOf(error));
  const reason = signal.aborted ? 'timed out' : refused ? 'refused by proxy' : faultReason(error);
  const way = proxy === null ? '' : ` through "${printable(proxy)}"`;
  return new IdentityProviderError(reason, `"${printable(url)}"${way}: ${reason}`, error);
}

function faultReason(error: unknown): IdpFaultReason {
  if (error instanceof BodyTooLarge) return 'response too large';
  const code = codeOf(error);
  if (code === ADDRESS_DENIED) return 'address not allowed';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'host name not found';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'timed out';
  if (connectFailures.has(code)) return 'connection refused';
  if (/^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return 'TLS failure';
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') return 'invalid response';
  return 'connection lost';
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** A URL as it may be logged: user name, password and query are where secrets hide. */
export function printable(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
