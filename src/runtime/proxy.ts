import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Service } from '../entities/service.ts';
import { ExchangeInput } from './balancer-input.ts';
import { RequestBodyError } from './body-error.ts';
import type { Caller } from './client/caller.ts';
import { answerError } from './error-response.ts';
import type { HttpExchange } from './exchange.ts';
import { addMessageFields } from './message-fields.ts';
import type { BodyDelivery } from './request-body.ts';
import { ResponseFields } from './response-fields.ts';
import { sendAnswer } from './response.ts';
import { failExchange } from './run-phases.ts';
import type { GatewaySettings } from './settings.ts';
import type { CompiledRoute } from './snapshot.ts';
import { answerUpgrade } from './upgrade-answer.ts';
import type { AttemptFailure, Peer } from './upstream/balancer.ts';
import type { ExtendedDispatchOptions } from './upstream/dispatch-run.ts';
import { UpstreamAnswer } from './upstream-answer.ts';
import { upstreamTarget } from './upstream-target.ts';
import { answerFailure, attemptFailureOf, codeOf, isTimeout, mayRetry } from './upstream-failure.ts';

const NO_PEERS: readonly Peer[] = [];

/**
 * Carries one exchange to its upstream and the answer back: an undici dispatch handler, since that is the cheapest
 * way undici has. Bodies stream in both directions; a slow reader on either side holds the other side back.
 */
export class ProxyCall implements Dispatcher.DispatchHandler, BodyDelivery {
  readonly #exchange: HttpExchange;
  readonly #route: CompiledRoute;
  readonly #service: Service;
  readonly #settings: GatewaySettings;
  readonly #caller: Caller;
  readonly #path: string;
  readonly #input: ExchangeInput;
  /** Where the attempt under way goes; `null` between attempts. */
  #peer: Peer | null = null;
  #tried: readonly Peer[] = NO_PEERS;
  /** Why the last attempt failed. */
  #failure: Error | null = null;
  #attempt = 0;
  #sentAt = 0;
  /** Of the answer under way; 0 before there is one. */
  #status = 0;
  #isWritten = false;
  #abort: ((error?: Error) => void) | null = null;
  #answer: UpstreamAnswer | null = null;
  /** What only the peer's special dispatcher can do for this request; `null` for nothing. */
  #special: Pick<ExtendedDispatchOptions, 'trailers'> | null = null;
  /** The Host header that stands in the list, unless a plugin has put another one there. */
  #host: string;

  constructor(exchange: HttpExchange, route: CompiledRoute, service: Service, settings: GatewaySettings) {
    this.#exchange = exchange;
    this.#route = route;
    this.#service = service;
    this.#settings = settings;
    this.#caller = exchange.caller;
    this.#host = route.upstreamHost;
    this.#input = new ExchangeInput(exchange);
    this.#path = targetPath(exchange, route) + exchange.upstream.search;
  }

  /** Chooses a peer and sends the request to it; called once per attempt. */
  start(): void {
    try {
      const peer = this.#route.upstream?.balancer.pick(this.#input, this.#tried) ?? null;
      if (!(peer instanceof Promise)) this.#sendTo(peer);
      else peer.then((found) => this.#sendTo(found)).catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #sendTo(peer: Peer | null): void {
    const exchange = this.#exchange;
    if (exchange.isClosed) return;
    if (peer === null || this.#isPointless(peer)) {
      this.#giveUp();
      return;
    }
    if (peer.hostHeader !== this.#host && !this.#route.route.preserve_host) this.#setHost(peer.hostHeader);
    this.#peer = peer;
    peer.begin();
    this.#send(peer, Date.now());
  }

  #send(peer: Peer, now: number): void {
    const { request, upstream } = this.#exchange;
    this.#sentAt = now;
    if (this.#attempt === 0) {
      this.#exchange.dispatchedAt = now;
      if (request.entity.isPresent || this.#caller.upgrade !== null) this.#special = addMessageFields(this.#exchange);
    }
    this.#isWritten = false;
    const options: ExtendedDispatchOptions = {
      path: this.#path,
      method: request.method,
      headers: upstream.headers.raw,
      body: request.entity.isPresent ? request.entity.forUpstream(this) : null,
      headersTimeout: this.#service.read_timeout,
      bodyTimeout: this.#service.read_timeout,
    };
    if (this.#special === null) peer.dispatcher.dispatch(options, this);
    else peer.special.dispatch({ ...options, ...this.#special }, this);
  }

  get writeTimeoutMs(): number {
    return this.#service.write_timeout;
  }

  /** Whether the request's body is remembered for another attempt. */
  get isKept(): boolean {
    return this.#route.route.request_buffering && this.#service.retries > 0;
  }

  /** The caller went away: there is nobody to answer any more. */
  cancel(): void {
    this.#abort?.(new Error('the caller closed the connection'));
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#exchange.isClosed) {
      abort(new Error('the caller closed the connection'));
      return;
    }
    this.#isWritten = true;
    this.#abort = abort;
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    if (status < 200) {
      if (status > 101) this.#caller.writeInformation(status, new ResponseFields(rawHeaders).raw);
      return true;
    }
    const exchange = this.#exchange;
    exchange.respondedAt = Date.now();
    this.#status = status;
    this.#answer = new UpstreamAnswer(exchange, this.#settings, { status, statusText, rawHeaders }, resume);
    return true;
  }

  onData(chunk: Buffer): boolean {
    return this.#answer?.data(chunk) ?? true;
  }

  onUpgrade(status: number, rawHeaders: Buffer[], socket: Socket): void {
    const exchange = this.#exchange;
    exchange.respondedAt = Date.now();
    socket.once('close', () => this.#endAttempt(status, exchange.respondedAt));
    this.#abort = null;
    if (exchange.isClosed) {
      socket.destroy();
      return;
    }
    answerUpgrade(exchange, this.#settings, rawHeaders, socket, this.#service.read_timeout);
  }

  onComplete(rawTrailers: readonly (string | Buffer)[] | null): void {
    this.#abort = null;
    this.#endAttempt(this.#status, this.#exchange.respondedAt);
    this.#answer?.end(rawTrailers);
  }

  onError(error: Error): void {
    this.#abort = null;
    const exchange = this.#exchange;
    const peer = this.#peer;
    const isCallersDoing = exchange.isClosed || error instanceof RequestBodyError;
    if (this.#status > 0) this.#endAttempt(this.#status, exchange.respondedAt);
    else this.#endAttempt(isCallersDoing ? 'cancelled' : attemptFailureOf(error), Date.now());
    if (exchange.isClosed || this.#caller.isEnded) return;
    if (error instanceof RequestBodyError && !this.#caller.headersSent) {
      this.#fail(error);
      return;
    }
    if (this.#caller.headersSent) {
      exchange.log.warn({ code: codeOf(error), err: error }, 'the upstream broke off its response');
      this.#caller.breakOff();
      return;
    }
    this.#failure = error;
    if (peer !== null) this.#tried = [...this.#tried, peer];
    if (this.#attempt >= this.#service.retries || !this.#mayRetry(error)) {
      this.#giveUp();
      return;
    }
    this.#attempt++;
    exchange.log.debug({ code: codeOf(error), attempt: this.#attempt }, 'trying the upstream again');
    this.start();
  }

  /** A second wait for a peer that was too slow helps nobody. */
  #isPointless(peer: Peer): boolean {
    return this.#failure !== null && isTimeout(this.#failure) && this.#tried.includes(peer);
  }

  /** Answers with the last failure; where nobody could even be asked, with that. */
  #giveUp(): void {
    const exchange = this.#exchange;
    if (this.#failure === null) {
      exchange.log.error({ upstream: this.#route.upstream?.origin }, 'no target of the upstream can take requests');
      answerError(exchange, 503, 'failure to get a peer from the ring-balancer');
    } else {
      answerFailure(exchange, this.#failure, this.#tried);
    }
    sendAnswer(exchange, this.#settings);
  }

  #setHost(host: string): void {
    const { headers } = this.#exchange.upstream;
    if (headers.get('host') !== this.#host) return;
    headers.set('Host', host);
    this.#host = host;
  }

  /** @param settledAt when the response head or the failure came */
  #endAttempt(result: number | AttemptFailure, settledAt: number): void {
    this.#peer?.end(result, settledAt - this.#sentAt);
    this.#peer = null;
  }

  #fail(error: unknown): void {
    failExchange(this.#exchange, error, null);
    sendAnswer(this.#exchange, this.#settings);
  }

  #mayRetry(error: Error): boolean {
    const { request } = this.#exchange;
    return request.entity.isReplayable && mayRetry(error, request.method, this.#isWritten);
  }
}

function targetPath(exchange: HttpExchange, route: CompiledRoute): string {
  const { parsed } = exchange.request;
  return upstreamTarget(route, parsed?.path ?? '/', exchange.prefix, parsed?.isPlain === true);
}
