import { Agent, type Dispatcher, request } from 'undici';
import { ADDRESS_DENIED, AddressGuard, linkLocalNetworks } from './address-guard.ts';
import { ClientAgents } from './client-agents.ts';
import type { ClientTls } from './client-tls.ts';
import { IdentityProviderError, type IdpFaultReason } from './errors.ts';

/** Largest discovery document or key set, in bytes. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;
/** Largest token response, in bytes. */
export const MAX_TOKEN_RESPONSE_BYTES = 256 * 1024;
const MAX_REDIRECTS = 3;
/** Below the 5 s after which many servers close an idle connection, so that a request rarely meets a dying one. */
const KEEP_ALIVE_MS = 4000;

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

/** The only place that talks to an identity provider. Its errors name the URL without query and never a header or body. */
export class ProviderHttp {
  readonly #guard: AddressGuard;
  readonly #verifying: Agent;
  readonly #trusting: Agent;
  /** Connections with client certificates; who has one retains it. */
  readonly clientAgents: ClientAgents;

  /** @param deniedNetworks addresses never connected to, in CIDR form; default: link-local ones */
  constructor(deniedNetworks: readonly string[] = linkLocalNetworks) {
    this.#guard = new AddressGuard(deniedNetworks);
    const { lookup } = this.#guard;
    this.#verifying = new Agent({ keepAliveTimeout: KEEP_ALIVE_MS, connect: { lookup } });
    this.#trusting = new Agent({ keepAliveTimeout: KEEP_ALIVE_MS, connect: { lookup, rejectUnauthorized: false } });
    this.clientAgents = new ClientAgents(KEEP_ALIVE_MS, lookup);
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

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([this.#verifying.destroy(), this.#trusting.destroy(), this.clientAgents.destroy()]);
  }

  #agentFor({ tls = null, sslVerify }: ProviderRequestOptions): Agent {
    if (tls !== null) return this.clientAgents.agent(tls);
    return sslVerify ? this.#verifying : this.#trusting;
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
    const dispatcher = this.#agentFor(options);
    for (let attempt = 1; ; attempt++) {
      try {
        this.#guard.checkLiteral(new URL(url));
        const response = await request(url, { method, headers, body, dispatcher, signal });
        const text = await readText(response.body, maxBytes);
        return { url, status: response.statusCode, headers: response.headers, text };
      } catch (error) {
        if (attempt === 1 && !signal.aborted && nothingWasSent(error)) continue;
        throw toProviderError(error, url, signal);
      }
    }
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

/** Only then may a request with a one-time effect be repeated. */
function nothingWasSent(error: unknown): boolean {
  return connectFailures.has(codeOf(error));
}

function toProviderError(error: unknown, url: string, signal: AbortSignal): IdentityProviderError {
  const reason = signal.aborted ? 'timed out' : faultReason(error);
  return new IdentityProviderError(reason, `"${printable(url)}": ${reason}`, error);
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
