import { Readable } from 'node:stream';
import { IdleTimer } from '../lib/idle-timer.ts';
import { RequestBodyError } from './body-error.ts';
import { noteBodyBytes } from './body-memory.ts';

/** Where a {@link BodyStream} takes its bytes from, and whom it tells of them. */
export interface BodySource {
  readonly stream: Readable;
  /** What was read before, sent first. */
  readonly ahead: readonly Buffer[];
  /** Longest wait for the caller's next bytes, milliseconds; 0 for no limit. */
  readonly idleMs: number;
  /** Called when the upstream begins to take the body. */
  onStart(stream: BodyStream): void;
  /** Called with each chunk as it comes. @returns why it must not be passed on, or `null` */
  onChunk(chunk: Buffer): Error | null;
  /** Called when the stream is done with its source, whole or not. */
  onStop(stream: BodyStream): void;
}

/** The upstream has stopped to take the body. */
export class WriteTimeoutError extends Error {
  readonly code = 'ERR_UPSTREAM_WRITE_TIMEOUT';

  constructor() {
    super('the upstream took nothing of the request body within write_timeout');
  }
}

/**
 * Passes a request body on, once. It stands between the caller's stream and undici because undici destroys the body of
 * a failed request, and destroying the caller's stream would cut the connection an error answer must go out on. It
 * watches both sides: a caller that sends nothing, and an upstream that takes nothing.
 */
export class BodyStream extends Readable {
  readonly #source: BodySource;
  readonly #caller: IdleTimer;
  readonly #upstream: IdleTimer;
  #isStarted = false;

  /** @param writeTimeoutMs longest wait for the upstream to take more */
  constructor(source: BodySource, writeTimeoutMs: number) {
    super({ highWaterMark: 64 * 1024 });
    this.#source = source;
    this.#caller = new IdleTimer(source.idleMs, () => this.destroy(new RequestBodyError('too slow')));
    this.#upstream = new IdleTimer(writeTimeoutMs, () => this.destroy(new WriteTimeoutError()));
  }

  override _read(): void {
    const { stream } = this.#source;
    this.#upstream.stop();
    if (this.#isStarted) {
      this.#caller.refresh();
      stream.resume();
      return;
    }
    this.#isStarted = true;
    const { ahead } = this.#source;
    this.#source.onStart(this);
    for (const chunk of ahead) this.push(chunk);
    if (stream.readableEnded) {
      this.push(null);
      return;
    }
    this.#caller.refresh();
    stream.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
    stream.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const { stream } = this.#source;
    this.#caller.stop();
    this.#upstream.stop();
    stream.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    this.#source.onStop(this);
    callback(error);
  }

  readonly #onData = (chunk: Buffer): void => {
    noteBodyBytes(chunk.length);
    const refusal = this.#source.onChunk(chunk);
    if (refusal !== null) {
      this.destroy(refusal);
    } else if (this.push(chunk)) {
      this.#caller.refresh();
    } else {
      this.#caller.stop();
      this.#upstream.refresh();
      this.#source.stream.pause();
    }
  };

  readonly #onEnd = (): void => {
    this.#caller.stop();
    this.#upstream.stop();
    this.push(null);
  };

  readonly #onError = (error: Error): void => {
    this.destroy(error);
  };

  readonly #onClose = (): void => {
    if (!this.#source.stream.readableEnded) this.destroy(new RequestBodyError('broken off'));
  };
}
