import { connect, type Socket } from 'node:net';
import { ResponseReader } from './response-reader.ts';

/** What a load generator sends, over and over. */
export interface LoadOptions {
  /** Origin of the server, such as `http://127.0.0.1:8000`. */
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
}

/** What happened between {@link Load.mark} and {@link Load.stop}. */
export interface LoadResult {
  readonly requests: number;
  /** Answers that are not 2xx, broken connections, malformed responses. */
  readonly errors: number;
  /** One of the errors in words, for the report. */
  readonly firstError: string | null;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * A closed-loop load generator: every connection has one request in flight, no pipelining, and sends the next when the
 * answer is complete.
 */
export class Load {
  readonly #clients: Client[];
  #markedAt = 0;

  /** Connects and begins at once. */
  constructor(options: LoadOptions) {
    this.#clients = Array.from({ length: options.connections }, () => new Client(options));
  }

  /** Forgets everything so far: the warm-up is over. */
  mark(): void {
    for (const client of this.#clients) client.reset();
    this.#markedAt = performance.now();
  }

  /** Ends the measured window and closes the connections. */
  stop(): LoadResult {
    const elapsedMs = performance.now() - this.#markedAt;
    for (const client of this.#clients) client.close();
    const latencies = Float64Array.from(this.#clients.flatMap((client) => client.latencies)).sort();
    const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
    return {
      requests: latencies.length,
      errors: this.#clients.reduce((sum, client) => sum + client.errors, 0),
      firstError: this.#clients.find((client) => client.firstError !== null)?.firstError ?? null,
      elapsedMs,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
    };
  }
}

class Client {
  latencies: number[] = [];
  errors = 0;
  firstError: string | null = null;
  readonly #origin: URL;
  readonly #request: string;
  readonly #buffer = Buffer.allocUnsafeSlow(65_536);
  #reader = new ResponseReader();
  #socket: Socket;
  #sentAt = 0;
  #closed = false;

  constructor(options: LoadOptions) {
    this.#origin = new URL(options.origin);
    const lines = Object.entries({ Host: this.#origin.host, ...options.headers }).map(
      (pair) => `${pair.join(': ')}\r\n`,
    );
    this.#request = `GET ${options.path} HTTP/1.1\r\n${lines.join('')}\r\n`;
    this.#socket = this.#connect();
  }

  reset(): void {
    this.latencies = [];
    this.errors = 0;
    this.firstError = null;
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #connect(): Socket {
    const onread = { buffer: this.#buffer, callback: (bytes: number) => this.#onData(bytes) };
    // The types of Node 20 lack `onread` in the options of `connect`; it has been documented since 12.10.
    const options = { port: Number(this.#origin.port), host: this.#origin.hostname, noDelay: true, onread };
    const socket = connect(options, () => this.#send());
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#reconnect());
    return socket;
  }

  #send(): void {
    this.#sentAt = performance.now();
    this.#socket.write(this.#request, 'latin1');
  }

  #onData(bytes: number): boolean {
    try {
      if (!this.#reader.read(this.#buffer, bytes)) return true;
    } catch (error) {
      this.#socket.destroy(error as Error);
      return false;
    }
    this.latencies.push(performance.now() - this.#sentAt);
    if (this.#reader.status < 200 || this.#reader.status > 299) this.#fail(`status ${this.#reader.status}`);
    this.#send();
    return true;
  }

  #reconnect(): void {
    if (this.#closed) return;
    this.#fail('the connection was closed');
    this.#reader = new ResponseReader();
    // Not at once: a server that refuses everybody would keep this process from doing anything else.
    setTimeout(() => {
      if (!this.#closed) this.#socket = this.#connect();
    }, 10);
  }

  #fail(reason: string): void {
    if (this.#closed) return;
    this.errors += 1;
    this.firstError ??= reason;
  }
}
