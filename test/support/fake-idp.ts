import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** A request with a form or a token, as this provider read it. */
export interface FakeTokenRequest {
  readonly headers: IncomingMessage['headers'];
  /** Path and query. */
  readonly target: string;
  readonly form: URLSearchParams;
}

/** What it answers. A body that is not a text becomes JSON. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** How a token is signed; defaults make a good one. */
export interface Signing {
  readonly alg?: string;
  readonly typ?: string;
  readonly kid?: string;
  readonly key?: Parameters<SignJWT['sign']>[0];
}

/** One for all providers of a process: making an RSA key takes longer than most tests. */
const keyPair = generateKeyPair('RS256', { extractable: true });

/**
 * A provider that does whatever a test says, right or wrong, on the test's own clock. For a provider that is right, use
 * `idp.ts`.
 */
export class FakeIdp {
  readonly counts = { discovery: 0, jwks: 0, token: 0, introspection: 0, userinfo: 0, other: 0 };
  readonly tokenRequests: FakeTokenRequest[] = [];
  /** Requests to the introspection and userinfo endpoints. */
  readonly lookups: FakeTokenRequest[] = [];
  /** Merged into the discovery document; `undefined` removes a member. */
  discovery: Record<string, unknown> = {};
  /** Takes the place of the discovery document. */
  discoveryText: string | null = null;
  /** The body of the key set: an object, or a text as it is. */
  jwks: unknown = { keys: [] };
  /** Seconds. */
  lifetime = 3600;
  /** Called for each token request; the default issues a good token. */
  answer: (request: FakeTokenRequest) => FakeAnswer | Promise<FakeAnswer> = async () => ({ body: await this.grant() });
  /** The default knows no token. */
  introspect: (request: FakeTokenRequest) => FakeAnswer | Promise<FakeAnswer> = () => ({ body: { active: false } });
  userInfo: (request: FakeTokenRequest) => FakeAnswer | Promise<FakeAnswer> = () => ({ status: 401, body: {} });
  readonly kid = 'key-1';
  publicJwk: JWK = {};
  readonly #clock: Clock;
  readonly #server: Server;
  #privateKey: Parameters<SignJWT['sign']>[0] | null = null;
  #port = 0;

  private constructor(clock: Clock) {
    this.#clock = clock;
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(clock: Clock = systemClock): Promise<FakeIdp> {
    const idp = new FakeIdp(clock);
    const { publicKey, privateKey } = await keyPair;
    idp.#privateKey = privateKey;
    idp.publicJwk = { ...(await exportJWK(publicKey)), kid: idp.kid, alg: 'RS256', use: 'sig' };
    idp.jwks = { keys: [idp.publicJwk] };
    idp.#server.listen(0, '127.0.0.1');
    await once(idp.#server, 'listening');
    idp.#port = (idp.#server.address() as AddressInfo).port;
    return idp;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A successful token response with a token of these claims. */
  async grant(claims: Record<string, unknown> = {}, signing: Signing = {}): Promise<Record<string, unknown>> {
    const token = await this.sign(claims, signing);
    return { access_token: token, token_type: 'Bearer', expires_in: this.lifetime };
  }

  /** A signed token; `undefined` removes a claim. */
  async sign(claims: Record<string, unknown> = {}, { alg = 'RS256', typ, kid, key }: Signing = {}): Promise<string> {
    const now = Math.floor(this.#clock.now() / 1000);
    const all = { iss: this.issuer, sub: 'service', iat: now, exp: now + this.lifetime, ...claims };
    const signer = key ?? this.#privateKey;
    if (signer === null) throw new Error('not started');
    const header = { alg, kid: kid ?? this.kid, ...(typ === undefined ? {} : { typ }) };
    return await new SignJWT(all).setProtectedHeader(header).sign(signer);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.startsWith('/.well-known/')) {
      this.counts.discovery += 1;
      reply(response, { body: this.discoveryText ?? this.#document() });
    } else if (path.startsWith('/jwks')) {
      this.counts.jwks += 1;
      reply(response, { body: this.jwks });
    } else if (path.startsWith('/token')) {
      this.counts.token += 1;
      const seen = await readRequest(request);
      this.tokenRequests.push(seen);
      reply(response, await this.answer(seen));
    } else if (path.startsWith('/introspect') || path.startsWith('/userinfo')) {
      const kind = path.startsWith('/introspect') ? 'introspection' : 'userinfo';
      this.counts[kind] += 1;
      const seen = await readRequest(request);
      this.lookups.push(seen);
      reply(response, await (kind === 'introspection' ? this.introspect(seen) : this.userInfo(seen)));
    } else {
      this.counts.other += 1;
      reply(response, { status: 404, body: {} });
    }
  }

  #document(): Record<string, unknown> {
    const { issuer } = this;
    const lookups = { introspection_endpoint: `${issuer}/introspect`, userinfo_endpoint: `${issuer}/userinfo` };
    return { issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`, ...lookups, ...this.discovery };
  }
}

function reply(response: ServerResponse, { status = 200, headers = {}, body }: FakeAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function readRequest(request: IncomingMessage): Promise<FakeTokenRequest> {
  const { headers, url = '' } = request;
  return { headers, target: url, form: new URLSearchParams(await readAll(request)) };
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
