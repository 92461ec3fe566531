import { HeaderList } from '../lib/header-list.ts';
import { noteBodyBytes } from './body-memory.ts';
import type { Caller } from './client/caller.ts';
import type { HttpExchange } from './exchange.ts';
import { trailerFields } from './message-fields.ts';
import type { ConfiguredPlugin } from './plugin-chain.ts';
import { finishResponseHead } from './response.ts';
import { ResponseFields } from './response-fields.ts';
import { bodyFilters, runBodyFilter, runHeaderFilter } from './run-phases.ts';
import type { GatewaySettings } from './settings.ts';

/** An upstream's answer on its way to the caller, from its head on. A caller that reads slowly holds it back. */
export class UpstreamAnswer {
  readonly #exchange: HttpExchange;
  readonly #caller: Caller;
  readonly #resume: () => void;
  readonly #filters: readonly ConfiguredPlugin[];
  /** Declared length of the body; -1 when it is not declared, or filters may change it. */
  readonly #length: number;
  #isWaitingForDrain = false;

  /**
   * Sends the head, after the `header_filter` phase.
   * @param resume lets the upstream go on after {@link UpstreamAnswer.data} said no
   */
  constructor(
    exchange: HttpExchange,
    settings: GatewaySettings,
    head: { readonly status: number; readonly statusText: string; readonly rawHeaders: readonly Buffer[] },
    resume: () => void,
  ) {
    this.#exchange = exchange;
    this.#caller = exchange.caller;
    this.#resume = resume;
    const { response } = exchange;
    const { status } = head;
    const fields = new ResponseFields(head.rawHeaders);
    response.status = status;
    response.headers = new HeaderList(fields.raw);
    if (fields.trailer !== null && fields.length < 0 && mayHaveTrailers(exchange)) {
      response.headers.append('Trailer', fields.trailer);
    }
    // RFC 9110 §8.6; some upstreams say 0.
    if (status === 204) response.removeHeader('content-length');
    runHeaderFilter(exchange);
    this.#filters = bodyFilters(exchange);
    this.#length = this.#filters.length === 0 ? fields.length : -1;
    if (this.#filters.length > 0) response.removeHeader('content-length');
    finishResponseHead(exchange, settings);
    this.#caller.writeHead(status, head.statusText, response.headers.raw);
    // undici takes the Content-Length of a 304 (RFC 9110 §8.6), or a wrong one of a 204, for a body that did not come.
    if (status === 204 || status === 304) this.#caller.end();
  }

  /** @returns false when the caller reads too slowly: `resume` is called when it can go on */
  data(chunk: Buffer): boolean {
    noteBodyBytes(chunk.length);
    if (this.#filters.length > 0) return this.#write(runBodyFilter(this.#exchange, this.#filters, chunk, false));
    if (chunk.length !== this.#length) return this.#write(chunk);
    this.#caller.end(chunk);
    return true;
  }

  /** The answer is complete. */
  end(rawTrailers: readonly (string | Buffer)[] | null): void {
    if (this.#caller.isEnded) return;
    if (this.#filters.length > 0) {
      const rest = runBodyFilter(this.#exchange, this.#filters, Buffer.alloc(0), true);
      if (rest.length > 0) this.#caller.write(rest);
    }
    if (rawTrailers !== null && rawTrailers.length > 0) this.#caller.addTrailers(trailerFields(rawTrailers));
    this.#caller.end();
  }

  #write(chunk: Buffer): boolean {
    if (chunk.length === 0) return true;
    if (this.#caller.write(chunk)) return true;
    if (!this.#isWaitingForDrain) {
      this.#isWaitingForDrain = true;
      this.#caller.onDrain(() => {
        this.#isWaitingForDrain = false;
        this.#resume();
      });
    }
    return false;
  }
}

/** `Trailer` is a field of one connection, but what it announces passes wherever there is room behind the body. */
function mayHaveTrailers({ request, response }: HttpExchange): boolean {
  return (
    request.method !== 'HEAD' && response.status !== 204 && response.status !== 304 && request.httpVersion !== '1.0'
  );
}
