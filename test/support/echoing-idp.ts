import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Marker } from './leak-search.ts';

/** How it answers requests with credentials: properly, or repeating in some way what it was sent. */
export type EchoingMode = 'good' | 'error' | 'error-code' | 'page' | 'garbage' | 'redirect' | 'inactive' | 'reset';

/**
 * A provider that says back whatever it is told: bodies and headers of its failures hold every credential that came with
 * the request. Keeps what it saw and issued, so that a test can look for that elsewhere.
 */
export class EchoingIdp {
  mode: EchoingMode = 'good';
  /** Tokens, assertions and other proofs on the wire, either way. */
  readonly markers: Marker[] = [];
  readonly #server: Server;
  readonly #key: CryptoKey;
  readonly #jwk: JWK;
  #port = 0;

  private constructor(key: CryptoKey, jwk: JWK) {
    this.#key = key;
    this.#jwk = jwk;
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(): Promise<EchoingIdp> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const idp = new EchoingIdp(privateKey, { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' });
    idp.#server.listen(0, '127.0.0.1');
    await once(idp.#server, 'listening');
    idp.#port = (idp.#server.address() as AddressInfo).port;
    return idp;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A good token; its signature is a marker. */
  async sign(claims: Record<string, unknown> = {}, name = 'access token'): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.issuer, sub: 'john', iat: now, exp: now + 300, jti: randomBytes(6).toString('hex') };
    const token = await new SignJWT({ ...all, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .sign(this.#key);
    this.#note(name, token);
    return token;
  }

  /** A marker of the provider's making. */
  opaque(name: string): string {
    const value = `${name.replaceAll(' ', '-')}.${randomBytes(18).toString('base64url')}`;
    this.markers.push({ name, value });
    return value;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #note(name: string, jwt: string): void {
    this.markers.push({ name, value: jwt.split('.').at(-1) ?? jwt });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { pathname } = new URL(request.url ?? '/', this.issuer);
    const assertion = new URLSearchParams(body).get('client_assertion');
    if (assertion !== null) this.#note('client assertion', assertion);
    if (pathname.startsWith('/.well-known/')) json(response, this.#document());
    else if (pathname === '/jwks') json(response, { keys: [this.#jwk] });
    else if (isWrong(request, body)) this.#fail(request, body, response, 'error');
    else if (this.mode === 'good' || (this.mode === 'inactive' && pathname !== '/introspect')) {
      json(response, await this.#goodAnswer(pathname, new URLSearchParams(body)));
    } else this.#fail(request, body, response);
  }

  async #goodAnswer(pathname: string, form: URLSearchParams): Promise<Record<string, unknown>> {
    if (pathname === '/introspect') return { active: true, sub: 'john', client_id: 'app', scope: 'read' };
    if (pathname === '/userinfo') return { sub: 'john', groups: ['staff'] };
    const client = form.get('client_id') ?? undefined;
    return {
      access_token: await this.sign({ azp: client }),
      token_type: 'Bearer',
      expires_in: 300,
      ...(form.get('grant_type') === 'refresh_token' ? { refresh_token: this.opaque('rotated refresh token') } : {}),
    };
  }

  /** Every failure says all it was told: raw, and the credentials decoded. */
  #fail(request: IncomingMessage, body: string, response: ServerResponse, mode = this.mode): void {
    const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
    const told = `${body} ${decodeURIComponent(body.replaceAll('+', ' '))} ${JSON.stringify(request.headers)} ${basic}`;
    const secret = basic.split(':').at(-1) ?? '';
    if (mode === 'reset') request.socket.resetAndDestroy();
    else if (mode === 'inactive') json(response, { active: false, told });
    else if (mode === 'error') json(response, { error: 'invalid_client', error_description: told }, 401);
    // Not every character may stand in an error code (RFC 6749 §5.2); a hostile provider uses those that may.
    else if (mode === 'error-code') json(response, { error: secret.replace(/[^\x20-\x7e]|["\\]/g, ''), told }, 400);
    else if (mode === 'page') response.writeHead(500, { 'x-told': encodeURI(told) }).end(`<html>${told}</html>`);
    else if (mode === 'garbage') response.writeHead(200, { 'content-type': 'application/json' }).end(`{"x":"${told}`);
    else response.writeHead(302, { location: `${this.issuer}/elsewhere?${encodeURIComponent(told)}` }).end();
  }

  #document(): Record<string, unknown> {
    const { issuer } = this;
    const endpoints = { token_endpoint: 'token', introspection_endpoint: 'introspect', userinfo_endpoint: 'userinfo' };
    const urls = Object.entries(endpoints).map(([name, path]) => [name, `${issuer}/${path}`] as const);
    return { issuer, jwks_uri: `${issuer}/jwks`, ...Object.fromEntries(urls) };
  }
}

/** Secrets of tests that begin with this word are wrong. */
function isWrong({ headers: { authorization = '' } }: IncomingMessage, body: string): boolean {
  const basic = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
  return [authorization, basic, body].some((text) => text.includes('Wrong'));
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
