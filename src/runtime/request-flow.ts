import { addForwardedHeaders, type TrustedPeers } from './client-identity.ts';
import { answerError } from './error-response.ts';
import type { HttpExchange } from './exchange.ts';
import { ProxyCall } from './proxy.ts';
import { faultStatus } from './request-head.ts';
import { sendAnswer } from './response.ts';
import { failExchange, runAccess, runRewrite } from './run-phases.ts';
import type { GatewaySettings } from './settings.ts';

/**
 * The way of a request through the gateway: rewrite → route → access → upstream. Each step goes on to the next in the
 * same tick unless a plugin returned a promise.
 */
export class RequestFlow {
  readonly #settings: GatewaySettings;
  readonly #peers: TrustedPeers;

  constructor(settings: GatewaySettings, peers: TrustedPeers) {
    this.#settings = settings;
    this.#peers = peers;
  }

  /** Takes a request from its head to its answer. Never throws. */
  run(exchange: HttpExchange): void {
    try {
      const fault = exchange.head.fault ?? exchange.request.pathFault;
      if (fault !== null && fault !== 'not UTF-8') {
        exchange.log.info({ reason: fault }, 'refused an ambiguous request');
        exchange.caller.stopReading();
        answerError(exchange, exchange.head.fault === null ? 400 : faultStatus(exchange.head.fault));
        this.#answer(exchange);
        return;
      }
      const pending = exchange.snapshot.rewrites.length === 0 ? undefined : runRewrite(exchange);
      if (pending === undefined) this.#route(exchange);
      else this.#continue(exchange, pending, () => this.#route(exchange));
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  #route(exchange: HttpExchange): void {
    if (exchange.answer !== null) {
      this.#answer(exchange);
      return;
    }
    const { request } = exchange;
    const match = request.parsed === null ? null : exchange.snapshot.router.match(request);
    if (match === null) {
      answerError(exchange, 404, 'no Route matched with those values');
      this.#answer(exchange);
      return;
    }
    exchange.target = match.target;
    exchange.chain = match.target.chain;
    exchange.prefix = match.prefix;
    exchange.captures = match.captures;
    if (match.target.isHttpsOnly && request.scheme !== 'https' && !this.#cameOverHttps(exchange)) {
      this.#demandHttps(exchange, match.target.route.https_redirect_status_code);
      return;
    }
    addForwardedHeaders(exchange, match.target, this.#peers);
    const pending = runAccess(exchange);
    if (pending === undefined) this.#proxy(exchange);
    else this.#continue(exchange, pending, () => this.#proxy(exchange));
  }

  #proxy(exchange: HttpExchange): void {
    if (exchange.isClosed) return;
    if (exchange.answer !== null) {
      this.#answer(exchange);
      return;
    }
    const { target } = exchange;
    const service = target?.service ?? null;
    if (target === null || service === null) {
      answerError(exchange, 503, 'no Service found with those values');
      this.#answer(exchange);
      return;
    }
    const call = new ProxyCall(exchange, target, service, this.#settings);
    exchange.call = call;
    call.start();
  }

  #cameOverHttps(exchange: HttpExchange): boolean {
    return (
      this.#peers.trusts(exchange.request.remoteAddress) && exchange.request.header('x-forwarded-proto') === 'https'
    );
  }

  /** Kong's answers for a plain-http request to a route that wants https (routing.md §6). */
  #demandHttps(exchange: HttpExchange, status: number): void {
    if (status === 426) {
      answerError(exchange, 426, 'Please use HTTPS protocol', {
        Connection: 'Upgrade',
        Upgrade: 'TLS/1.2, HTTP/1.1',
      });
    } else {
      const [host = ''] = exchange.request.host.split(':');
      exchange.exit(status, undefined, { Location: `https://${host.toLowerCase()}${exchange.request.target}` });
    }
    this.#answer(exchange);
  }

  #answer(exchange: HttpExchange): void {
    sendAnswer(exchange, this.#settings);
  }

  #continue(exchange: HttpExchange, pending: Promise<void>, next: () => void): void {
    pending.then(next).catch((error: unknown) => this.#fail(exchange, error));
  }

  #fail(exchange: HttpExchange, error: unknown): void {
    if (exchange.caller.headersSent) {
      exchange.caller.breakOff();
      return;
    }
    failExchange(exchange, error, null);
    this.#answer(exchange);
  }
}
