import type { ClientIdentity } from './client-identity.ts';
import { answerError } from './error-response.ts';
import type { HttpExchange } from './exchange.ts';
import { addForwardedHeaders, forwardedProto } from './forwarded-headers.ts';
import { ProxyCall } from './proxy.ts';
import { faultStatus } from './request-head.ts';
import { refusedByProtocol } from './protocol-refusal.ts';
import { sendAnswer } from './response.ts';
import { failExchange, runAccess, runRewrite } from './run-phases.ts';
import type { GatewaySettings } from './settings.ts';
import type { CompiledRoute } from './snapshot.ts';

/**
 * The way of a request through the gateway: rewrite → route → access → upstream. Each step goes on to the next in the
 * same tick unless a plugin returned a promise.
 */
export class RequestFlow {
  readonly #settings: GatewaySettings;
  readonly #clients: ClientIdentity;

  constructor(settings: GatewaySettings, clients: ClientIdentity) {
    this.#settings = settings;
    this.#clients = clients;
  }

  /** Takes a request from its head to its answer. Never throws. */
  run(exchange: HttpExchange): void {
    try {
      exchange.errorDefaultType = this.#settings.errorDefaultType;
      this.#clients.identify(exchange.request);
      const fault = exchange.head.fault ?? exchange.request.pathFault;
      if (fault !== null && fault !== 'not UTF-8') {
        exchange.log.info({ reason: fault }, 'refused an ambiguous request');
        exchange.caller.closeAfterwards();
        answerError(exchange, exchange.head.fault === null ? 400 : faultStatus(exchange.head.fault));
        this.#answer(exchange);
        return;
      }
      if (exchange.request.entity.isPresent && this.#refusesBody(exchange)) return;
      const pending = exchange.snapshot.rewrites.length === 0 ? undefined : runRewrite(exchange);
      if (pending === undefined) this.#route(exchange);
      else this.#continue(exchange, pending, () => this.#route(exchange));
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  /** What the head says about its body is enough to refuse some requests. */
  #refusesBody(exchange: HttpExchange): boolean {
    const { entity } = exchange.request;
    const { expectation } = entity;
    if (expectation !== null && expectation !== '100-continue') answerError(exchange, 417);
    else if (entity.isTooLong) answerError(exchange, 413);
    else return false;
    exchange.caller.refuseBody();
    this.#answer(exchange);
    return true;
  }

  #route(exchange: HttpExchange): void {
    if (exchange.answer !== null) {
      this.#answer(exchange);
      return;
    }
    const { request } = exchange;
    const match = request.parsed === null ? null : exchange.snapshot.router.match(request);
    const target = match === null ? undefined : exchange.snapshot.routes[match.target.slot];
    if (match === null || target === undefined) {
      answerError(exchange, 404, 'no Route matched with those values');
      this.#answer(exchange);
      return;
    }
    exchange.target = target;
    exchange.chain = target.chain;
    exchange.prefix = match.prefix;
    exchange.captures = match.captures;
    const { demands } = target;
    if ((demands.isTlsOnly || demands.kind !== 'http') && this.#refusesProtocol(exchange, target)) return;
    addForwardedHeaders(exchange, target, this.#settings.ownHeaders.upstreamRequestId);
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

  #refusesProtocol(exchange: HttpExchange, target: CompiledRoute): boolean {
    if (!refusedByProtocol(exchange, target, forwardedProto(exchange) === 'https')) return false;
    this.#answer(exchange);
    return true;
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
