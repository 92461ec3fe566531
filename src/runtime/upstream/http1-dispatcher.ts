import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { type Dispatcher, errors } from 'undici';
import { asPairs, fieldOf } from '../../lib/flat-headers.ts';
import type { UpstreamDispatcher } from './balancer.ts';
import { DispatchRun, type ExtendedDispatchOptions, sendBody, timeoutsOf } from './dispatch-run.ts';
import { type ConnectionSettings, openConnection } from './open-connection.ts';

/** How long an upstream is waited for that does not say whether it wants a body (RFC 9110 §10.1.1). */
const CONTINUE_WAIT_MS = 1_000;

/**
 * Carries the requests that undici cannot: upgrades whose refusal is an ordinary answer, `Expect: 100-continue`, and
 * trailer fields behind a request's body. Each has a connection of its own, since they are rare and an upgrade takes
 * its connection with it.
 */
export class Http1Dispatcher implements UpstreamDispatcher {
  readonly #origin: string;
  readonly #settings: ConnectionSettings;

  /** @param origin `http://host:port` or `https://host:port` */
  constructor(origin: string, settings: ConnectionSettings) {
    this.#origin = origin;
    this.#settings = settings;
  }

  dispatch(options: ExtendedDispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    new Http1Run(options, handler).start(this.#origin, this.#settings);
    return true;
  }
}

/** One request on its own connection. */
class Http1Run {
  readonly #options: ExtendedDispatchOptions;
  readonly #run: DispatchRun;
  #giveUp: () => void = () => undefined;
  #stopBody: (() => void) | null = null;
  #isBodyWanted: boolean;

  constructor(options: ExtendedDispatchOptions, handler: Dispatcher.DispatchHandler) {
    this.#options = options;
    this.#run = new DispatchRun(handler, timeoutsOf(options), (error) => this.#end(error));
    this.#isBodyWanted = fieldOf(options.headers as readonly string[], 'expect') === undefined;
  }

  start(origin: string, settings: ConnectionSettings): void {
    this.#giveUp = openConnection(origin, settings, ['http/1.1'], (error, socket) => {
      if (error !== null) {
        this.#end(error);
        return;
      }
      this.#giveUp = () => socket.destroy();
      this.#run.connect((reason) => this.#end(reason ?? new errors.RequestAbortedError()));
      if (this.#run.isOver) socket.destroy();
      else this.#send(socket);
    });
  }

  #send(socket: Duplex): void {
    const { method, path, headers } = this.#options;
    const request = httpRequest({
      createConnection: () => socket,
      method,
      path,
      headers: this.#framed(headers as readonly string[]) as unknown as Record<string, string>,
    });
    this.#giveUp = () => request.destroy();
    request.on('error', (error) => this.#end(error));
    request.on('information', ({ statusCode, rawHeaders }) => {
      if (statusCode !== 100) this.#run.informational(statusCode, rawHeaders);
    });
    request.on('upgrade', (response: IncomingMessage, tunnel: Duplex, head: Buffer) => {
      if (head.length > 0) tunnel.unshift(head);
      this.#run.upgrade(response.statusCode ?? 101, response.rawHeaders, tunnel);
    });
    request.on('response', (response) => this.#receive(response));
    if (this.#isBodyWanted) this.#sendBody(request);
    else this.#waitForContinue(request);
  }

  /** Headers with the framing of the body, which `node:http` leaves to those who pass a flat list. */
  #framed(headers: readonly string[]): readonly string[] {
    if (fieldOf(headers, 'content-length') !== undefined) return headers;
    if (this.#options.body !== null && this.#options.body !== undefined) {
      return [...headers, 'Transfer-Encoding', 'chunked'];
    }
    return this.#options.method === 'GET' || this.#options.method === 'HEAD'
      ? headers
      : [...headers, 'Content-Length', '0'];
  }

  #waitForContinue(request: ClientRequest): void {
    const start = (): void => {
      clearTimeout(timer);
      if (!this.#isBodyWanted && !this.#run.isOver) this.#sendBody(request);
    };
    const timer = setTimeout(start, CONTINUE_WAIT_MS);
    request.once('continue', start);
    request.once('response', () => clearTimeout(timer));
    request.once('close', () => clearTimeout(timer));
  }

  #sendBody(request: ClientRequest): void {
    this.#isBodyWanted = true;
    this.#stopBody = sendBody(this.#options.body as Buffer | Readable | null, request, {
      progress: () => this.#run.noteProgress(),
      finish: () => {
        const trailers = this.#options.trailers?.() ?? [];
        if (trailers.length > 0) request.addTrailers(asPairs(trailers));
        request.end();
      },
      fail: (error) => this.#end(error),
    });
  }

  #receive(response: IncomingMessage): void {
    const { statusCode = 502, statusMessage = '', rawHeaders } = response;
    this.#run.headers(statusCode, rawHeaders, () => response.resume(), statusMessage);
    response.on('data', (chunk: Buffer) => {
      if (!this.#run.data(chunk)) response.pause();
    });
    response.on('error', (error) => this.#end(error));
    response.on('end', () => {
      this.#stopBody?.();
      this.#run.complete(response.rawTrailers);
      this.#giveUp();
    });
  }

  #end(error: Error): void {
    if (this.#run.isOver) return;
    this.#stopBody?.();
    this.#run.fail(error);
    this.#giveUp();
  }
}
