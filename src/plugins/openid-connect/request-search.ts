import type { Exchange, ExchangeRequest } from '../../pdk/exchange.ts';
import { RequestArguments } from './request-arguments.ts';

/** One request while credentials are looked for in it: what one method has read, the next need not read again. */
export class RequestSearch {
  readonly exchange: Exchange;
  readonly args: RequestArguments;
  readonly #memory = new Map<string, unknown>();

  constructor(exchange: Exchange) {
    this.exchange = exchange;
    this.args = new RequestArguments(exchange.request);
  }

  get request(): ExchangeRequest {
    return this.exchange.request;
  }

  /** What `find` answers, looked for once per request: several methods share a bearer token or a Basic header. */
  once<Found>(what: string, find: (search: RequestSearch) => Found): Found {
    if (!this.#memory.has(what)) this.#memory.set(what, find(this));
    return this.#memory.get(what) as Found;
  }
}
