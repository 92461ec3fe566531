import { randomBytes, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { ClientMetadata, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';

/** The parts of the provider that tests count and break. */
export type IdpEndpoint = 'discovery' | 'jwks' | 'token' | 'other';

/**
 * How a broken provider answers: an HTTP status with an HTML page, not at all, with half a JSON document, or by
 * resetting the connection. `null` is a healthy one.
 */
export type IdpFailure = number | 'hang' | 'garbage' | 'reset' | null;

/** One request as the provider saw it. */
export interface IdpRequest {
  readonly endpoint: IdpEndpoint;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The form fields the provider accepted at its token endpoint; `null` elsewhere. */
  params: Readonly<Record<string, unknown>> | null;
}

/** A client of the provider. */
export interface IdpClient {
  readonly id: string;
  readonly secret: string;
  /** Default `client_secret_basic`. */
  readonly auth?: 'client_secret_basic' | 'client_secret_post';
  /** Whatever else the provider knows of it; wins over the rest. */
  readonly metadata?: Partial<ClientMetadata>;
}

/** What can be chosen about the provider; everything has a default. */
export interface IdpOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Host name in the issuer. Default `127.0.0.1`; `localhost` works too. */
  readonly host?: string;
  /** Default: one client `service`. */
  readonly clients?: readonly IdpClient[];
  /** Life of an access token. Default 3600. */
  readonly accessTokenTtlSeconds?: number;
  /** `aud` of the tokens. Default `https://api.example.test`. */
  readonly audience?: string;
  /** Scopes the resource server knows, separated by spaces. Default `openid read write`. */
  readonly scopes?: string;
  /** `jwt` (default) or `opaque` access tokens. */
  readonly format?: 'jwt' | 'opaque';
  /** Further claims of a client's tokens. */
  readonly claims?: (clientId: string) => Record<string, unknown>;
}

/** A running identity provider. */
export interface Idp {
  readonly issuer: string;
  readonly port: number;
  /** Secret of the first client. */
  readonly secret: string;
  readonly requests: readonly IdpRequest[];
  /** Requests per endpoint since start or {@link Idp.resetCounts}. */
  counts(): Record<IdpEndpoint, number>;
  resetCounts(): void;
  /** Breaks every endpoint, or just one; `null` repairs. */
  failWith(failure: IdpFailure, only?: IdpEndpoint): void;
  /**
   * An opaque access token of a user, as at the end of a login, with the scope `openid` and those given. The provider
   * introspects it and answers with the user's claims.
   */
  userToken(user: string, clientId: string, scope?: string): Promise<string>;
  /** New signing keys under new `kid`s, as after a rotation. */
  rotateKeys(): Promise<void>;
  /** Closes the port and all connections. */
  stop(): Promise<void>;
  /** Opens the same port again. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Where clients show their certificate to {@link startIdp}, which binds tokens to it for clients that ask for that. */
export const CERTIFICATE_HEADER = 'x-client-certificate';

/** The client every walk-through uses. */
export const serviceClient: IdpClient = { id: 'service', secret: 'cf4c655a-0622-4ce6-a0de-d3353ef0b714' };

/** Starts a certified OpenID provider (oidc-provider) in this process; it grants client credentials. */
export async function startIdp(options: IdpOptions = {}): Promise<Idp> {
  const idp = new RunningIdp(options);
  await idp.open(options.port ?? 0);
  return idp;
}

class RunningIdp implements Idp {
  readonly requests: IdpRequest[] = [];
  readonly secret: string;
  readonly #options: IdpOptions;
  readonly #byMessage = new WeakMap<IncomingMessage, IdpRequest>();
  #provider: Provider | null = null;
  #server: Server | null = null;
  #port = 0;
  #counts = noCounts();
  #failure: IdpFailure = null;
  #failsOnly: IdpEndpoint | null = null;

  constructor(options: IdpOptions) {
    this.#options = options;
    this.secret = (options.clients?.[0] ?? serviceClient).secret;
  }

  get port(): number {
    return this.#port;
  }

  get issuer(): string {
    return `http://${this.#options.host ?? '127.0.0.1'}:${this.#port}`;
  }

  async open(port: number): Promise<void> {
    await this.#listen(port);
    await this.rotateKeys();
  }

  counts(): Record<IdpEndpoint, number> {
    return { ...this.#counts };
  }

  resetCounts(): void {
    this.#counts = noCounts();
    this.requests.length = 0;
  }

  failWith(failure: IdpFailure, only: IdpEndpoint | null = null): void {
    this.#failure = failure;
    this.#failsOnly = only;
  }

  async rotateKeys(): Promise<void> {
    this.#provider = await createProvider(this.issuer, this.#options);
    const note = (ctx: KoaContextWithOIDC): void => {
      const seen = this.#byMessage.get(ctx.req);
      if (seen !== undefined) seen.params = { ...ctx.oidc.params };
    };
    this.#provider.on('grant.success', note);
    this.#provider.on('grant.error', note);
  }

  async userToken(user: string, clientId: string, scope = ''): Promise<string> {
    const provider = this.#provider;
    const client = await provider?.Client.find(clientId);
    if (provider === null || client === undefined) throw new Error('there is no such client');
    const scopes = `openid ${scope}`.trim();
    const grant = new provider.Grant({ accountId: user, clientId });
    grant.addOIDCScope(scopes);
    const grantId = await grant.save();
    const properties = { accountId: user, client, grantId, gty: 'authorization_code', scope: scopes };
    return await new provider.AccessToken(properties).save();
  }

  async start(): Promise<void> {
    await this.#listen(this.#port);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  close(): Promise<void> {
    return this.stop();
  }

  async #listen(port: number): Promise<void> {
    const server = createServer((request, response) => this.#handle(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.#options.host ?? '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    const endpoint = endpointOf(path);
    const seen: IdpRequest = { endpoint, method: request.method ?? '', path, headers: request.headers, params: null };
    this.requests.push(seen);
    this.#byMessage.set(request, seen);
    this.#counts[endpoint] += 1;
    if (this.#failure !== null && (this.#failsOnly === null || this.#failsOnly === endpoint)) {
      fail(this.#failure, request, response);
      return;
    }
    void this.#provider?.callback()(request, response);
  }
}

function noCounts(): Record<IdpEndpoint, number> {
  return { discovery: 0, jwks: 0, token: 0, other: 0 };
}

function endpointOf(path: string): IdpEndpoint {
  if (path.startsWith('/.well-known/')) return 'discovery';
  if (path.startsWith('/jwks')) return 'jwks';
  return path.startsWith('/token') ? 'token' : 'other';
}

function fail(failure: Exclude<IdpFailure, null>, request: IncomingMessage, response: ServerResponse): void {
  if (failure === 'hang') return;
  if (failure === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  request.resume();
  if (failure === 'garbage') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"abc","issuer":"http');
    return;
  }
  response.writeHead(failure, { 'content-type': 'text/html' }).end('<html><body>something broke</body></html>');
}

async function createProvider(issuer: string, options: IdpOptions): Promise<Provider> {
  const keys = [await signingKey()];
  return withoutNotices(async () => {
    const { Provider: OidcProvider } = await import('oidc-provider');
    return new OidcProvider(issuer, configuration(options, keys));
  });
}

/** The provider announces on the console that it is not set up for production; nobody wants to read that in a test. */
async function withoutNotices<T>(work: () => Promise<T>): Promise<T> {
  const { info, warn } = console;
  console.info = console.warn = () => undefined;
  try {
    return await work();
  } finally {
    console.info = info;
    console.warn = warn;
  }
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: randomBytes(12).toString('hex') };
}

const assertionAlgorithms = [
  ...(['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA'] as const),
];

function configuration(options: IdpOptions, keys: JWK[]): Configuration {
  const audience = options.audience ?? 'https://api.example.test';
  const ttl = options.accessTokenTtlSeconds ?? 3600;
  return {
    clients: (options.clients ?? [serviceClient]).map(clientMetadata),
    jwks: { keys },
    enabledJWA: { clientAuthSigningAlgValues: [...assertionAlgorithms] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    // For keys of clients. Its own way refuses addresses of this machine, where they are.
    fetch: (url) => fetch(url),
    extraTokenClaims: (_ctx, token) => options.claims?.(token.clientId ?? ''),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      // Clients that call over TLS would show it there; this server does without.
      mTLS: { enabled: true, certificateBoundAccessTokens: true, getCertificate: certificateInHeader },
      introspection: { enabled: true, allowedPolicy: () => true },
      jwtIntrospection: { enabled: true },
      jwtUserinfo: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience,
          scope: options.scopes ?? 'openid read write',
          accessTokenTTL: ttl,
          accessTokenFormat: options.format ?? 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    scopes: (options.scopes ?? 'openid read write').split(' '),
    // Whoever is named exists.
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: { ClientCredentials: ttl, AccessToken: ttl, Grant: ttl },
  };
}

/** Base64 of the DER. */
function certificateInHeader(ctx: KoaContextWithOIDC): X509Certificate | undefined {
  const der = ctx.get(CERTIFICATE_HEADER);
  return der === '' ? undefined : new X509Certificate(Buffer.from(der, 'base64'));
}

function clientMetadata(client: IdpClient): ClientMetadata {
  return {
    client_id: client.id,
    client_secret: client.secret,
    token_endpoint_auth_method: client.auth ?? 'client_secret_basic',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    ...client.metadata,
  };
}
