import { GatewayError } from '../pdk/errors.ts';
import { RequestBodyError } from './body-error.ts';
import { answerError, messageFor } from './error-response.ts';
import type { HttpExchange } from './exchange.ts';
import type { ConfiguredPlugin } from './plugin-chain.ts';

/**
 * Runs the `access` handlers of the exchange's chain in order. Returns a promise only if a handler did. After
 * `exit()` or a throw the rest is not run any more but still collected, since its downstream phases will run.
 */
export function runAccess(exchange: HttpExchange): void | Promise<void> {
  return runAccessFrom(exchange, 0);
}

function runAccessFrom(exchange: HttpExchange, start: number): void | Promise<void> {
  const { chain } = exchange;
  for (let index = start; index < chain.length; index++) {
    const configured = chain.pick(index, exchange.consumer, exchange.groups);
    if (configured === null) continue;
    if (!chain.isFixed) (exchange.chosen ??= []).push(configured);
    if (exchange.answer !== null || configured.handler.access === undefined) continue;
    try {
      const pending = configured.handler.access(exchange);
      if (pending !== undefined) return waitForAccess(exchange, configured, pending, index + 1);
    } catch (error) {
      failExchange(exchange, error, configured);
    }
  }
  return undefined;
}

async function waitForAccess(
  exchange: HttpExchange,
  configured: ConfiguredPlugin,
  pending: Promise<void>,
  next: number,
): Promise<void> {
  try {
    await pending;
  } catch (error) {
    failExchange(exchange, error, configured);
  }
  await runAccessFrom(exchange, next);
}

/** Runs the global `rewrite` handlers. A throw answers 500 and ends the phase. */
export function runRewrite(exchange: HttpExchange): void | Promise<void> {
  return runRewriteFrom(exchange, 0);
}

function runRewriteFrom(exchange: HttpExchange, start: number): void | Promise<void> {
  const { rewrites } = exchange.snapshot;
  for (let index = start; index < rewrites.length; index++) {
    const configured = rewrites[index];
    if (configured === undefined || exchange.answer !== null) continue;
    try {
      const pending = configured.handler.rewrite?.(exchange);
      if (pending !== undefined) {
        return pending.then(
          () => runRewriteFrom(exchange, index + 1),
          (error: unknown) => failExchange(exchange, error, configured),
        );
      }
    } catch (error) {
      failExchange(exchange, error, configured);
    }
  }
  return undefined;
}

/** Runs the `header_filter` handlers over the response head. A throw is logged; the response goes on. */
export function runHeaderFilter(exchange: HttpExchange): void {
  for (const configured of downstream(exchange, 'fixedHeaderFilters')) {
    guard(exchange, configured, () => configured.handler.headerFilter?.(exchange));
  }
}

/** Plugins whose `body_filter` must see the response body. */
export function bodyFilters(exchange: HttpExchange): readonly ConfiguredPlugin[] {
  const filters = downstream(exchange, 'fixedBodyFilters');
  return exchange.chain.isFixed ? filters : filters.filter(({ handler }) => handler.bodyFilter !== undefined);
}

/** Passes one chunk through `filters`; a filter that throws leaves the chunk as it got it. */
export function runBodyFilter(
  exchange: HttpExchange,
  filters: readonly ConfiguredPlugin[],
  chunk: Buffer,
  last: boolean,
): Buffer {
  let current = chunk;
  for (const configured of filters) {
    guard(exchange, configured, () => {
      current = configured.handler.bodyFilter?.(exchange, current, last) ?? Buffer.alloc(0);
    });
  }
  return current;
}

/** Runs the `log` handlers after the last byte. */
export function runLog(exchange: HttpExchange): void {
  for (const configured of downstream(exchange, 'fixedLogs')) {
    guard(exchange, configured, () => configured.handler.log?.(exchange));
  }
}

/** Turns what a handler threw into the answer: a {@link GatewayError} knows its own, everything else is a bug of ours. */
export function failExchange(exchange: HttpExchange, error: unknown, configured: ConfiguredPlugin | null): void {
  const plugin = configured?.plugin.name;
  if (error instanceof RequestBodyError) {
    exchange.log.info({ code: error.code, plugin, reason: error.message }, 'refused the rest of a request body');
    exchange.caller.refuseBody();
    answerError(exchange, error.status, error.publicMessage);
    return;
  }
  if (error instanceof GatewayError) {
    exchange.log.error({ code: error.code, plugin, err: error }, 'request failed');
    answerError(exchange, error.status, error.publicMessage);
    return;
  }
  exchange.log.error({ plugin, err: error }, 'a handler threw an unexpected error');
  answerError(exchange, 500, messageFor(500));
}

/** Plugins whose downstream phases run: those chosen in `access`, or the chain's own where nothing depends on the caller. */
function downstream(
  exchange: HttpExchange,
  list: 'fixedHeaderFilters' | 'fixedBodyFilters' | 'fixedLogs',
): readonly ConfiguredPlugin[] {
  const { chain } = exchange;
  return chain.isFixed || exchange.target === null ? chain[list] : (exchange.chosen ?? chain[list]);
}

function guard(exchange: HttpExchange, configured: ConfiguredPlugin, run: () => void): void {
  try {
    run();
  } catch (error) {
    exchange.log.error({ plugin: configured.plugin.name, err: error }, 'a handler threw after the request was decided');
  }
}
