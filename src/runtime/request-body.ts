import { Readable } from 'node:stream';
import { noteBodyBytes } from './body-memory.ts';
import type { Caller } from './client/caller.ts';
import type { RequestHead } from './request-head.ts';

/**
 * The caller's body: streamed to the upstream as it comes, unless a plugin asks for it first.
 *
 * What was read for a plugin but turned out too long is sent ahead of the rest, so that nothing is lost.
 */
export class RequestBody {
  readonly #source: Readable;
  /** Declared length in bytes, -1 for chunked. */
  #length: number;
  readonly #isPresent: boolean;
  /** Chunks taken from the source and not yet sent. */
  readonly #taken: Buffer[] = [];
  #whole: Buffer | null = null;
  #reading: Promise<Buffer | null> | null = null;
  #isStreaming = false;

  constructor(caller: Caller, head: RequestHead) {
    this.#source = caller.body;
    this.#isPresent = caller.hasBody ?? head.hasBody;
    this.#length = this.#isPresent && !head.hasBody ? -1 : head.contentLength;
  }

  /** Bytes that will be sent; -1 when that is not known beforehand. */
  get length(): number {
    return this.#whole === null ? this.#length : this.#whole.length;
  }

  get isPresent(): boolean {
    return this.#isPresent;
  }

  /** False once bytes went to an upstream: a second attempt could not send the same body. */
  get isReplayable(): boolean {
    return !this.#isPresent || this.#whole !== null || !this.#isStreaming;
  }

  /** The whole body if it has at most `limit` bytes, else `null`. */
  read(limit: number): Promise<Buffer | null> {
    if (!this.#isPresent || this.#length > limit || this.#isStreaming) return Promise.resolve(null);
    if (this.#whole !== null) return Promise.resolve(this.#whole.length <= limit ? this.#whole : null);
    this.#reading ??= this.#collect(limit);
    return this.#reading;
  }

  /** Sends `body` instead of what the caller sent, which has been read. */
  replace(body: Buffer): void {
    this.#whole = body;
    this.#length = body.length;
  }

  /** What undici sends: nothing, a buffer, or a stream that starts when the upstream takes it. */
  forUpstream(): Buffer | Readable | null {
    if (!this.#isPresent) return null;
    if (this.#whole !== null) return this.#whole;
    return new BodyStream(this.#source, this.#taken, () => {
      this.#isStreaming = true;
    });
  }

  #collect(limit: number): Promise<Buffer | null> {
    const source = this.#source;
    return new Promise((resolve, reject) => {
      let size = 0;
      const settle = (result: Buffer | null): void => {
        source.off('data', onData).off('end', onEnd).off('error', reject).off('close', onClose);
        source.pause();
        resolve(result);
      };
      const onData = (chunk: Buffer): void => {
        this.#taken.push(chunk);
        size += chunk.length;
        if (size > limit) settle(null);
      };
      const onEnd = (): void => {
        this.#whole = Buffer.concat(this.#taken);
        settle(this.#whole);
      };
      const onClose = (): void => reject(new Error('the caller went away while sending its body'));
      source.on('data', onData).on('end', onEnd).on('error', reject).on('close', onClose);
    });
  }
}

/**
 * Passes a request body on. It stands between the caller's stream and undici because undici destroys the body of a
 * failed request, and destroying the caller's stream would cut the connection an error answer must go out on.
 */
class BodyStream extends Readable {
  readonly #source: Readable;
  readonly #ahead: readonly Buffer[];
  readonly #onStart: () => void;
  #isStarted = false;

  constructor(source: Readable, ahead: readonly Buffer[], onStart: () => void) {
    super({ highWaterMark: 64 * 1024 });
    this.#source = source;
    this.#ahead = ahead;
    this.#onStart = onStart;
  }

  override _read(): void {
    if (this.#isStarted) {
      this.#source.resume();
      return;
    }
    this.#isStarted = true;
    this.#onStart();
    for (const chunk of this.#ahead) this.push(chunk);
    if (this.#source.readableEnded) {
      this.push(null);
      return;
    }
    this.#source.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#source.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    callback(error);
  }

  readonly #onData = (chunk: Buffer): void => {
    noteBodyBytes(chunk.length);
    if (!this.push(chunk)) this.#source.pause();
  };

  readonly #onEnd = (): void => {
    this.push(null);
  };

  readonly #onError = (error: Error): void => {
    this.destroy(error);
  };

  readonly #onClose = (): void => {
    if (!this.#source.readableEnded) this.destroy(new Error('the caller went away while sending its body'));
  };
}
