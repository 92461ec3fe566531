import type { Socket } from 'node:net';
import { IdleTimer } from '../../lib/idle-timer.ts';

/** How the two sides of a {@link Relay} parted. */
export type RelayEnd =
  /** Both have said all they had to say. */
  | { readonly kind: 'complete' }
  /** Nothing moved for too long. */
  | { readonly kind: 'idle' }
  /** A side broke off; the other one was cut too. */
  | { readonly kind: 'broken'; readonly side: 'caller' | 'upstream'; readonly error: Error | null };

/**
 * Carries bytes between a caller and an upstream, both ways, until both have ended. A side that reads slowly holds the
 * other one back; one that ends its sending may still receive; one that breaks off breaks the other, so that nobody
 * takes half of the data for all of it.
 */
export class Relay {
  /** Bytes from the caller. */
  received = 0;
  /** Bytes handed to the caller's connection. */
  sent = 0;
  readonly #caller: Socket;
  readonly #upstream: Socket;
  readonly #idle: IdleTimer;
  readonly #onEnd: (end: RelayEnd) => void;
  #openSides = 2;
  #end: RelayEnd = { kind: 'complete' };

  /**
   * @param idleTimeoutMs between two movements in either direction; 0 for no limit
   * @param onEnd called once, when both connections are closed
   */
  constructor(caller: Socket, upstream: Socket, idleTimeoutMs: number, onEnd: (end: RelayEnd) => void) {
    this.#caller = caller;
    this.#upstream = upstream;
    this.#onEnd = onEnd;
    this.#idle = new IdleTimer(idleTimeoutMs, () => {
      this.#end = { kind: 'idle' };
      caller.destroy();
      upstream.destroy();
    });
  }

  /** Bytes that either socket holds already are passed on first. */
  start(): void {
    this.#idle.refresh();
    this.#join(this.#caller, this.#upstream, (bytes) => (this.received += bytes));
    this.#join(this.#upstream, this.#caller, (bytes) => (this.sent += bytes));
  }

  #join(from: Socket, to: Socket, count: (bytes: number) => void): void {
    let error: Error | null = null;
    from.on('data', (chunk: Buffer) => {
      this.#idle.refresh();
      count(chunk.length);
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      this.#idle.refresh();
      from.resume();
    });
    const onEnd = (): void => {
      this.#idle.refresh();
      to.end();
    };
    // A side may have ended, or be gone, while the other one was being connected.
    if (from.readableEnded) onEnd();
    else from.on('end', onEnd);
    from.on('error', (reason) => {
      error = reason;
    });
    if (from.closed) this.#close(from, null);
    else from.on('close', () => this.#close(from, error));
    from.resume();
  }

  #close(side: Socket, error: Error | null): void {
    const other = side === this.#caller ? this.#upstream : this.#caller;
    const isWhole = error === null && side.readableEnded && side.writableFinished;
    if (!isWhole && !other.destroyed) {
      this.#end = { kind: 'broken', side: side === this.#caller ? 'caller' : 'upstream', error };
      // A side that broke only after its last word has said all of it.
      if (side.readableEnded) other.destroySoon();
      else breakOff(other);
    }
    this.#openSides--;
    if (this.#openSides > 0) return;
    this.#idle.stop();
    this.#onEnd(this.#end);
  }
}

/** Closes a connection so that its other end can tell that this is no proper end. */
function breakOff(socket: Socket): void {
  // TLS has an end of its own, whose absence tells; only a TCP socket can be reset.
  if ('encrypted' in socket || socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
