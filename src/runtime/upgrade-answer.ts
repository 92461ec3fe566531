import type { Socket } from 'node:net';
import { fieldOf } from '../lib/flat-headers.ts';
import { HeaderList } from '../lib/header-list.ts';
import type { HttpExchange } from './exchange.ts';
import { finishResponseHead } from './response.ts';
import { ResponseFields } from './response-fields.ts';
import { runHeaderFilter } from './run-phases.ts';
import type { GatewaySettings } from './settings.ts';
import { Relay } from './stream/relay.ts';

/**
 * Answers a caller whose upstream has agreed to another protocol, and joins the two connections: what passes from now on
 * is theirs. The exchange ends with them.
 * @param rawHeaders the upstream's 101, as undici hands it over
 * @param idleMs longest silence in both directions, milliseconds
 */
export function answerUpgrade(
  exchange: HttpExchange,
  settings: GatewaySettings,
  rawHeaders: readonly (Buffer | string)[],
  upstream: Socket,
  idleMs: number,
): void {
  const { caller, response } = exchange;
  response.status = 101;
  response.headers = new HeaderList(new ResponseFields(rawHeaders).raw);
  runHeaderFilter(exchange);
  finishResponseHead(exchange, settings);
  // The upstream may have chosen one of several.
  const protocol = fieldOf(rawHeaders.map(String), 'upgrade') ?? caller.upgrade ?? '';
  response.headers.append('Connection', 'Upgrade');
  response.headers.append('Upgrade', protocol);
  upstream.allowHalfOpen = true;
  const own = caller.switchProtocols('', response.headers.raw);
  const relay = new Relay(own, upstream, idleMs, (end) => {
    exchange.log.debug({ end: end.kind, protocol, received: relay.received, sent: relay.sent }, 'a tunnel has closed');
  });
  relay.start();
}
