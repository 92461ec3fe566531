import { connect, type Socket } from 'node:net';
import { ResponseReader } from './response-reader.ts';

/** What a paced load sends, over and over. */
export interface PacedLoadOptions {
  /** Origin of the server, such as `http://127.0.0.1:8000`. */
  readonly origin: string;
  readonly path: string;
  readonly connections: number;
  readonly perSecond: number;
}

/** What happened in a window of time. */
export interface Window {
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * Sends requests at a fixed rate, whatever the answers do, as callers from outside would. A request whose turn comes
 * while its connection still waits counts from its turn: else a pause of the server would count once instead of for
 * everybody who came during it.
 */
export class PacedLoad {
  readonly #clients: readonly Client[];
  readonly #timers: readonly NodeJS.Timeout[];

  constructor({ origin, path, connections, perSecond }: PacedLoadOptions) {
    const everyMs = (connections * 1_000) / perSecond;
    this.#clients = Array.from({ length: connections }, () => new Client(new URL(path, origin)));
    this.#timers = this.#clients.map((client) => setInterval(() => client.take(performance.now()), everyMs));
  }

  /** Begins a new window and tells about the one before. */
  cut(): Window {
    const times = Float64Array.from(this.#clients.flatMap((client) => client.times)).sort();
    const errors = this.#clients.reduce((sum, client) => sum + client.errors, 0);
    for (const client of this.#clients) client.forget();
    const at = (share: number): number =>
      times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
    return { requests: times.length, errors, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const client of this.#clients) client.close();
  }
}

class Client {
  times: number[] = [];
  errors = 0;
  readonly #request: string;
  readonly #socket: Socket;
  readonly #reader = new ResponseReader();
  /** When the requests had their turn that are not answered yet, the first of them on its way. */
  readonly #due: number[] = [];

  constructor(url: URL) {
    this.#request = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`;
    this.#socket = connect({ port: Number(url.port), host: url.hostname, noDelay: true });
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#socket.on('error', () => (this.errors += 1));
  }

  take(now: number): void {
    this.#due.push(now);
    if (this.#due.length === 1) this.#send();
  }

  forget(): void {
    this.times = [];
    this.errors = 0;
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(): void {
    this.#socket.write(this.#request, 'latin1');
  }

  #read(bytes: Buffer): void {
    if (!this.#reader.read(bytes, bytes.length)) return;
    const due = this.#due.shift() ?? performance.now();
    this.times.push(performance.now() - due);
    if (this.#reader.status !== 200) this.errors += 1;
    if (this.#due.length > 0) this.#send();
  }
}
