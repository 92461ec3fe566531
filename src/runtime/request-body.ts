import type { Readable } from 'node:stream';
import { fieldOf } from '../lib/flat-headers.ts';
import { IdleTimer } from '../lib/idle-timer.ts';
import { RequestBodyError } from './body-error.ts';
import { type BodySource, BodyStream } from './body-stream.ts';
import type { Caller } from './client/caller.ts';
import type { RequestHead } from './request-head.ts';

/** A body up to this size can be sent a second time, to another peer: it is remembered until the upstream answers. */
const REPLAY_BYTES = 64 * 1024;

/** What a caller may send as a body. */
export interface BodyLimits {
  /** Bytes; 0 for no limit. */
  readonly maxBytes: number;
  /** Longest wait for more of it, milliseconds; 0 for no limit. */
  readonly idleMs: number;
}

/** How a body goes upstream. */
export interface BodyDelivery {
  /** Longest wait for the upstream to take more, milliseconds. */
  readonly writeTimeoutMs: number;
  /** Whether to remember what was sent, as far as it is small, for another attempt. */
  readonly isKept: boolean;
}

/**
 * The caller's body: streamed to the upstream as it comes, unless a plugin asks for it first.
 *
 * What was read for a plugin but turned out too long is sent ahead of the rest, so that nothing is lost.
 */
export class RequestBody implements BodySource {
  readonly isPresent: boolean;
  readonly stream: Readable;
  /** The `Expect` field of a request with a body, lower case (RFC 9110 §10.1.1); HTTP/1.0 has none. */
  readonly expectation: string | null;
  readonly #caller: Caller;
  readonly #limits: BodyLimits;
  /** Declared length in bytes, -1 for a body that ends where it ends. */
  #length: number;
  #received = 0;
  /** What came from the caller and was not dropped; sent first by the next attempt. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** False once part of the body was passed on and not kept. */
  #isWhole = true;
  #isKept = true;
  #whole: Buffer | null = null;
  #reading: Promise<Buffer | null> | null = null;
  #current: BodyStream | null = null;

  constructor(caller: Caller, head: RequestHead, limits: BodyLimits) {
    this.#caller = caller;
    this.#limits = limits;
    this.stream = caller.body;
    this.isPresent = caller.hasBody ?? head.hasBody;
    this.#length = this.isPresent && !head.hasBody ? -1 : head.contentLength;
    this.expectation = this.isPresent ? expectationOf(caller) : null;
  }

  /** Bytes that will be sent; -1 when that is not known beforehand. */
  get length(): number {
    return this.#whole === null ? this.#length : this.#whole.length;
  }

  /** Whether the declared length is beyond the limit. */
  get isTooLong(): boolean {
    return this.#limits.maxBytes > 0 && this.#length > this.#limits.maxBytes;
  }

  /** Names of the fields that come after the body, as announced in `Trailer`; `null` when none is. */
  get announcedTrailers(): string | null {
    if (!this.isPresent || this.#length >= 0 || this.#whole !== null) return null;
    return fieldOf(this.#caller.rawHeaders, 'trailer') ?? null;
  }

  /** True once part of the body was asked for. */
  get isBegun(): boolean {
    return this.#received > 0 || this.#reading !== null;
  }

  /** False once bytes went to an upstream that are not there any more: a second attempt could not send the same body. */
  get isReplayable(): boolean {
    return !this.isPresent || this.#whole !== null || this.#isWhole;
  }

  /** Bytes sent first by an attempt: what earlier ones, or a plugin, took from the caller. */
  get ahead(): readonly Buffer[] {
    return this.#kept;
  }

  get idleMs(): number {
    return this.#limits.idleMs;
  }

  /** The whole body if it has at most `limit` bytes, else `null`. @throws {RequestBodyError} */
  read(limit: number): Promise<Buffer | null> {
    if (!this.isPresent || this.#length > limit || this.#current !== null) return Promise.resolve(null);
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
  forUpstream(delivery: BodyDelivery): Buffer | Readable | null {
    if (!this.isPresent) return null;
    if (this.#whole !== null) return this.#whole;
    this.#isKept = delivery.isKept;
    return new BodyStream(this, delivery.writeTimeoutMs);
  }

  onStart(stream: BodyStream): void {
    this.#current = stream;
    this.#forgetWhatIsTooMuch();
    this.#goOn();
  }

  onChunk(chunk: Buffer): Error | null {
    this.#received += chunk.length;
    if (this.#limits.maxBytes > 0 && this.#received > this.#limits.maxBytes) return new RequestBodyError('too large');
    if (this.#isKept && this.#isWhole) {
      this.#kept.push(chunk);
      this.#keptBytes += chunk.length;
      this.#forgetWhatIsTooMuch();
    } else {
      this.#isWhole = false;
    }
    return null;
  }

  onStop(stream: BodyStream): void {
    // The stream of a failed attempt may end after that of the next one began; the source is then no more its own.
    if (this.#current === stream && !this.stream.readableEnded) this.stream.pause();
  }

  #forgetWhatIsTooMuch(): void {
    if (this.#isKept && this.#keptBytes <= REPLAY_BYTES) return;
    if (this.#keptBytes > 0) this.#isWhole = false;
    this.#kept = [];
    this.#keptBytes = 0;
  }

  /** A caller that waits with its body is told to send it. */
  #goOn(): void {
    if (this.#received === 0 && this.expectation === '100-continue') this.#caller.writeContinue();
  }

  #collect(limit: number): Promise<Buffer | null> {
    const source = this.stream;
    this.#goOn();
    return new Promise((resolve, reject) => {
      const idle = new IdleTimer(this.#limits.idleMs, () => fail(new RequestBodyError('too slow')));
      const stop = (): void => {
        idle.stop();
        source.off('data', onData).off('end', onEnd).off('error', fail).off('close', onClose);
        source.pause();
      };
      const settle = (result: Buffer | null): void => {
        stop();
        resolve(result);
      };
      const fail = (error: Error): void => {
        stop();
        reject(error);
      };
      const onData = (chunk: Buffer): void => {
        idle.refresh();
        this.#received += chunk.length;
        this.#kept.push(chunk);
        this.#keptBytes += chunk.length;
        if (this.#limits.maxBytes > 0 && this.#received > this.#limits.maxBytes)
          fail(new RequestBodyError('too large'));
        else if (this.#received > limit) settle(null);
      };
      const onEnd = (): void => {
        this.#whole = Buffer.concat(this.#kept);
        settle(this.#whole);
      };
      const onClose = (): void => fail(new RequestBodyError('broken off'));
      source.on('data', onData).on('end', onEnd).on('error', fail).on('close', onClose);
      idle.refresh();
    });
  }
}

function expectationOf({ httpVersion, rawHeaders }: Caller): string | null {
  return httpVersion === '1.0' ? null : (fieldOf(rawHeaders, 'expect')?.toLowerCase() ?? null);
}
