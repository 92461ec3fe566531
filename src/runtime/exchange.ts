import type { Consumer } from '../entities/consumer.ts';
import type { ConsumerGroup } from '../entities/consumer-group.ts';
import type { Route } from '../entities/route.ts';
import type { Service } from '../entities/service.ts';
import { HeaderList, indexOfHeader, sameHeaderName } from '../lib/header-list.ts';
import { nextRequestId } from '../lib/request-id.ts';
import type { Exchange, ExchangeRequest, ExchangeResponse, UpstreamRequest, FoundGroups } from '../pdk/exchange.ts';
import type { Logger } from '../pdk/log.ts';
import type { RouterRequest } from '../router/router.ts';
import type { ClientAddress } from './client-address.ts';
import type { IdentifiedRequest } from './client-identity.ts';
import type { Caller } from './client/caller.ts';
import { clientCertificateOf, type ConnectionFacts } from './connection-facts.ts';
import type { ConfiguredPlugin, PluginChain } from './plugin-chain.ts';
import { publicUrl } from './public-url.ts';
import { type BodyLimits, RequestBody } from './request-body.ts';
import { readRequestHead, type RequestHead } from './request-head.ts';
import { type PathFault, parseRequestTarget, type RequestPath } from '../router/request-path.ts';
import type { ErrorDefaultType } from './settings.ts';
import type { CompiledRoute, Snapshot } from './snapshot.ts';

const NO_GROUPS: readonly ConsumerGroup[] = [];

/** The answer of the gateway or a plugin, before the downstream phases. */
export interface OwnAnswer {
  readonly status: number;
  readonly body: Buffer | string;
}

/** The class behind {@link Exchange}: one request, its answer, and the snapshot it started with. */
export class HttpExchange implements Exchange {
  readonly id: string;
  readonly startedAt: number;
  readonly snapshot: Snapshot;
  readonly caller: Caller;
  readonly head: RequestHead;
  readonly request: IncomingRequest;
  readonly upstream: OutgoingRequest;
  readonly response: OutgoingResponse;

  /** Set by routing. */
  target: CompiledRoute | null = null;
  chain: PluginChain;
  /** What `strip_path` takes away. */
  prefix: string | null = null;
  /** Groups of the route's regular expression. */
  captures: ReadonlyMap<string, string> | null = null;
  /** `Set-Cookie` of a balancer that hashes a cookie the caller does not have yet. */
  balancerCookie: string | null = null;
  consumer: Consumer | null = null;
  credential: Readonly<Record<string, string>> | null = null;
  groups: readonly ConsumerGroup[] = NO_GROUPS;
  authenticatedGroups: readonly string[] | null = null;
  /** Plugins chosen in `access`, for chains where the choice depends on the consumer. */
  chosen: ConfiguredPlugin[] | null = null;
  answer: OwnAnswer | null = null;
  /** The upstream request, once there is one. */
  call: { cancel(): void } | null = null;
  /** When the upstream request was handed over, milliseconds; 0 before. */
  dispatchedAt = 0;
  /** When the upstream's response head arrived; 0 before. */
  respondedAt = 0;
  /** Form of error bodies for callers who ask for none; the flow sets it. */
  errorDefaultType: ErrorDefaultType = 'application/json';
  /** True once the caller's connection is gone or the response is complete. */
  isClosed = false;

  readonly #log: Logger;
  #childLog: Logger | null = null;

  constructor(snapshot: Snapshot, caller: Caller, bodyLimits: BodyLimits, now: number, log: Logger) {
    this.id = nextRequestId();
    this.startedAt = now;
    this.snapshot = snapshot;
    this.caller = caller;
    this.chain = snapshot.globalChain;
    this.head = readRequestHead(caller);
    this.request = new IncomingRequest(caller, this.head, bodyLimits);
    this.upstream = new OutgoingRequest(this.head.forwarded, this.request);
    this.response = new OutgoingResponse();
    this.#log = log;
  }

  /** A logger that names this request; made on first use, since most requests log nothing. */
  get log(): Logger {
    this.#childLog ??= this.#log.child({
      request_id: this.id,
      ...(this.target === null ? {} : { route: this.target.label }),
    });
    return this.#childLog;
  }

  get route(): Route | null {
    return this.target?.route ?? null;
  }

  get service(): Service | null {
    return this.target?.service ?? null;
  }

  authenticate(consumer: Consumer | null, credential?: Readonly<Record<string, string>>, found?: FoundGroups): void {
    this.consumer = consumer;
    this.credential = credential ?? null;
    this.groups = found?.groups ?? (consumer === null ? NO_GROUPS : this.snapshot.groupsOf(consumer));
    this.authenticatedGroups = found?.authenticatedGroups ?? null;
  }

  exit(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): void {
    this.response.status = status;
    this.response.isOwn = true;
    this.response.headers = new HeaderList();
    if (headers !== undefined) {
      for (const name of Object.keys(headers)) this.response.headers.append(name, headers[name] ?? '');
    }
    if (body === undefined || body === null) {
      this.answer = { status, body: '' };
    } else if (typeof body === 'string' || Buffer.isBuffer(body)) {
      this.answer = { status, body };
    } else {
      if (headers === undefined || this.response.headers.get('content-type') === undefined) {
        this.response.headers.append('Content-Type', 'application/json; charset=utf-8');
      }
      this.answer = { status, body: JSON.stringify(body) };
    }
  }
}

/** The caller's request, for plugins, and for the router just as it is. */
class IncomingRequest implements ExchangeRequest, RouterRequest, IdentifiedRequest {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly entity: RequestBody;
  /** `null` when the path cannot be read; `pathFault` says why. */
  readonly parsed: RequestPath | null;
  readonly pathFault: PathFault | null;
  readonly connection: ConnectionFacts;
  client: ClientAddress;
  isFromTrusted = false;
  port: number;
  readonly #caller: Caller;

  constructor(caller: Caller, head: RequestHead, bodyLimits: BodyLimits) {
    this.#caller = caller;
    this.connection = caller.connection;
    this.client = this.connection;
    this.port = this.connection.localPort;
    this.method = caller.method;
    this.target = head.target;
    this.rawHeaders = caller.rawHeaders;
    this.host = head.host;
    this.entity = new RequestBody(caller, head, bodyLimits);
    const parsed = parseRequestTarget(head.target);
    this.parsed = typeof parsed === 'string' ? null : parsed;
    this.pathFault = typeof parsed === 'string' ? parsed : null;
  }

  get path(): string {
    return this.parsed?.path ?? this.target;
  }

  get query(): string {
    return this.parsed?.search.slice(1) ?? '';
  }

  get scheme(): 'http' | 'https' {
    return this.connection.isTls ? 'https' : 'http';
  }

  get httpVersion(): string {
    return this.#caller.httpVersion;
  }

  get remoteAddress(): string {
    return this.client.remoteAddress;
  }

  get publicUrl(): string {
    return publicUrl(this, this.parsed?.rawPath ?? this.target);
  }

  get clientCertificate(): Buffer | null {
    return clientCertificateOf(this.connection);
  }

  get sni(): string | null {
    return this.connection.sni;
  }

  get sourceIp(): string {
    return this.remoteAddress;
  }

  get sourcePort(): number | null {
    return this.client.remotePort;
  }

  get destinationIp(): string {
    return this.connection.localAddress;
  }

  header(name: string): string | undefined {
    const index = indexOfHeader(this.rawHeaders, name, 0);
    return index < 0 ? undefined : this.rawHeaders[index + 1];
  }

  headerAll(name: string): readonly string[] {
    return new HeaderList(this.rawHeaders as string[]).getAll(name);
  }

  body(limit: number): Promise<Buffer | null> {
    return this.entity.read(limit);
  }
}

class OutgoingRequest implements UpstreamRequest {
  readonly headers: HeaderList;
  readonly #request: IncomingRequest;
  /** `?…` once a plugin has changed it. */
  #search: string | null = null;
  /** Headers that plugins set or dropped, where fields follow the body: these must not say it differently. */
  #decided: string[] | null = null;

  constructor(headers: HeaderList, request: IncomingRequest) {
    this.headers = headers;
    this.#request = request;
  }

  get query(): string {
    return this.search.slice(1);
  }

  set query(query: string) {
    this.#search = query === '' ? '' : `?${query}`;
  }

  /** The query as it goes out, `?` included. */
  get search(): string {
    return this.#search ?? this.#request.parsed?.search ?? '';
  }

  setHeader(name: string, value: string): void {
    this.headers.set(name, value);
    this.#noteDecided(name);
  }

  removeHeader(name: string): void {
    this.headers.remove(name);
    this.#noteDecided(name);
  }

  /** Whether plugins had a say about a header, in whatever spelling. */
  isDecided(name: string): boolean {
    return this.#decided?.some((decided) => sameHeaderName(decided, name)) ?? false;
  }

  #noteDecided(name: string): void {
    if (this.#request.entity.announcedTrailers !== null) (this.#decided ??= []).push(name);
  }

  setBody(body: Buffer): void {
    this.#request.entity.replace(body);
  }
}

class OutgoingResponse implements ExchangeResponse {
  status = 0;
  isOwn = false;
  headers = new HeaderList();

  header(name: string): string | undefined {
    return this.headers.get(name);
  }

  setHeader(name: string, value: string): void {
    this.headers.set(name, value);
  }

  removeHeader(name: string): void {
    this.headers.remove(name);
  }
}
