import { indexOfHeader } from '../lib/header-list.ts';
import type { HttpExchange } from './exchange.ts';
import type { BalancerInput } from './upstream/balancer.ts';

/** What a balancer may hash of an HTTP request. */
export class ExchangeInput implements BalancerInput {
  readonly #exchange: HttpExchange;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  /** A caller that is no consumer may still be known by its credential; Kong takes that too. */
  get consumerId(): string | null {
    return this.#exchange.consumer?.id ?? this.#exchange.credential?.id ?? null;
  }

  get clientIp(): string {
    return this.#exchange.request.remoteAddress;
  }

  get path(): string {
    return this.#exchange.request.path;
  }

  /** All values of a header, joined as RFC 9110 §5.3 says. */
  header(name: string): string | undefined {
    const { rawHeaders } = this.#exchange.request;
    let joined: string | undefined;
    for (let at = indexOfHeader(rawHeaders, name, 0); at >= 0; at = indexOfHeader(rawHeaders, name, at + 2)) {
      const value = rawHeaders[at + 1] ?? '';
      joined = joined === undefined ? value : `${joined}, ${value}`;
    }
    return joined;
  }

  cookie(name: string): string | undefined {
    const { rawHeaders } = this.#exchange.request;
    // HTTP/2 callers may send a field for each cookie (RFC 9113 §8.2.3).
    for (let at = indexOfHeader(rawHeaders, 'cookie', 0); at >= 0; at = indexOfHeader(rawHeaders, 'cookie', at + 2)) {
      for (const pair of (rawHeaders[at + 1] ?? '').split(';')) {
        const equals = pair.indexOf('=');
        if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
      }
    }
    return undefined;
  }

  /** Several values of one name count together, whatever their order. */
  queryArgument(name: string): string | undefined {
    const values = new URLSearchParams(this.#exchange.request.query).getAll(name);
    return values.length === 0 ? undefined : values.sort().join(',');
  }

  uriCapture(name: string): string | undefined {
    return this.#exchange.captures?.get(name);
  }

  setCookie(name: string, value: string, path: string): void {
    this.#exchange.balancerCookie = `${name}=${value}; Path=${path}; SameSite=Lax; HttpOnly`;
  }
}
