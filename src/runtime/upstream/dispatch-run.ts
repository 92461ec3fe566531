import type { Duplex, Readable, Writable } from 'node:stream';
import { type Dispatcher, errors } from 'undici';
import { IdleTimer } from '../../lib/idle-timer.ts';

/** What undici has no words for, on top of its own options. */
export interface ExtendedDispatchOptions extends Dispatcher.DispatchOptions {
  /** The fields that go after the body; asked when its end is reached. Flat list. */
  readonly trailers?: () => readonly string[];
}

/**
 * The callbacks that undici makes, with strings where it has buffers: a reader that turns each into text does not see
 * the difference.
 */
interface Callbacks {
  onConnect?(abort: (error?: Error) => void): void;
  onHeaders?(status: number, rawHeaders: readonly string[], resume: () => void, statusText: string): boolean;
  onData?(chunk: Buffer): boolean;
  onUpgrade?(status: number, rawHeaders: readonly string[], socket: Duplex): void;
  onComplete?(rawTrailers: readonly string[]): void;
  onError?(error: Error): void;
}

/** The timeouts of undici's options, with its defaults. */
export function timeoutsOf(options: Dispatcher.DispatchOptions): { headersMs: number; bodyMs: number } {
  return { headersMs: options.headersTimeout ?? 300_000, bodyMs: options.bodyTimeout ?? 300_000 };
}

/**
 * One dispatched request as its handler sees it: holds what undici promises a handler, that an ending is reported once
 * and nothing after it, and undici's two timeouts. Header lists are flat lists of strings.
 */
export class DispatchRun {
  readonly #handler: Callbacks;
  readonly #head: IdleTimer;
  readonly #body: IdleTimer;
  readonly #onFault: (error: Error) => void;
  #isOver = false;

  /** @param onFault ends the request for a timeout or an error of the handler; called with what is to be reported */
  constructor(
    handler: Dispatcher.DispatchHandler,
    timeouts: { readonly headersMs: number; readonly bodyMs: number },
    onFault: (error: Error) => void,
  ) {
    this.#handler = handler as unknown as Callbacks;
    this.#onFault = onFault;
    this.#head = new IdleTimer(timeouts.headersMs, () => this.#onFault(new errors.HeadersTimeoutError()));
    this.#body = new IdleTimer(timeouts.bodyMs, () => this.#onFault(new errors.BodyTimeoutError()));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The request is about to be written; the handler may call `abort` at once. */
  connect(abort: (error?: Error) => void): void {
    if (this.#isOver) return;
    this.#head.refresh();
    this.#handler.onConnect?.((error) => abort(error ?? new errors.RequestAbortedError()));
  }

  /** Part of the request went out: the wait for the answer starts over. */
  noteProgress(): void {
    if (!this.#isOver) this.#head.refresh();
  }

  informational(status: number, rawHeaders: readonly string[]): void {
    if (this.#isOver) return;
    this.#guard(() => this.#handler.onHeaders?.(status, rawHeaders, () => undefined, ''));
  }

  /** @param resume lets a paused body go on */
  headers(status: number, rawHeaders: readonly string[], resume: () => void, statusText: string): void {
    if (this.#isOver) return;
    this.#head.stop();
    this.#body.refresh();
    const resumed = (): void => {
      this.#body.refresh();
      resume();
    };
    this.#guard(() => this.#handler.onHeaders?.(status, rawHeaders, resumed, statusText));
  }

  /** @returns false when the handler wants no more for now */
  data(chunk: Buffer): boolean {
    if (this.#isOver) return true;
    this.#body.refresh();
    const goesOn = this.#guard(() => this.#handler.onData?.(chunk)) !== false;
    if (!goesOn) this.#body.stop();
    return goesOn;
  }

  upgrade(status: number, rawHeaders: readonly string[], socket: Duplex): void {
    if (this.#end()) this.#handler.onUpgrade?.(status, rawHeaders, socket);
    else socket.destroy();
  }

  complete(rawTrailers: readonly string[]): void {
    if (this.#end()) this.#handler.onComplete?.(rawTrailers);
  }

  fail(error: Error): void {
    if (this.#end()) this.#handler.onError?.(error);
  }

  /** What a handler throws ends its request, as with undici; from here it would end the process. */
  #guard(call: () => boolean | undefined): boolean | undefined {
    try {
      return call();
    } catch (error) {
      this.#onFault(error as Error);
      return true;
    }
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#head.stop();
    this.#body.stop();
    return true;
  }
}

/**
 * Sends a body on: at its end `finish` is called, when it breaks `fail`. Waits when the far side does.
 * @returns stops sending, and tells the body that nobody reads it any more
 */
export function sendBody(
  body: Buffer | Readable | null,
  to: Writable,
  on: { readonly progress: () => void; readonly finish: () => void; readonly fail: (error: Error) => void },
): () => void {
  if (body === null || Buffer.isBuffer(body)) {
    if (body !== null && body.length > 0) to.write(body);
    on.finish();
    return () => undefined;
  }
  const onData = (chunk: Buffer): void => {
    on.progress();
    if (!to.write(chunk)) body.pause();
  };
  const onDrain = (): void => {
    on.progress();
    body.resume();
  };
  const onClose = (): void => {
    if (!body.readableEnded) on.fail(new errors.RequestAbortedError());
  };
  to.on('drain', onDrain);
  body.on('data', onData).on('end', on.finish).on('error', on.fail).on('close', onClose);
  return () => {
    to.off('drain', onDrain);
    body.off('data', onData).off('end', on.finish).off('close', onClose);
    body.destroy();
  };
}
