import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection that a test drives byte by byte. */
export class RawConnection {
  readonly socket: Socket;
  #text = '';
  #isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
    });
    // A reset after the answer is how a connection ends that was closed under a sender.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  /** What has come so far. */
  get text(): string {
    return this.#text;
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** Waits until what has come matches. @throws {Error} when the connection ends before */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#text)) {
      if (this.#isClosed || this.socket.readableEnded) {
        throw new Error(`the connection ended before ${String(pattern)} came; got: ${this.#text}`);
      }
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close'), once(this.socket, 'end')]);
    }
    return this.#text;
  }

  /** All that came, once the other side has ended. */
  async rest(): Promise<string> {
    if (!this.#isClosed && !this.socket.readableEnded) {
      await Promise.race([once(this.socket, 'end'), once(this.socket, 'close')]);
    }
    return this.#text;
  }

  close(): void {
    this.socket.destroy();
  }
}
