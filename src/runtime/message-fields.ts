import { isForbiddenTrailer } from '../lib/hop-by-hop.ts';
import type { HttpExchange } from './exchange.ts';
import { isForbiddenRequestTrailer } from './request-fields.ts';
import type { ExtendedDispatchOptions } from './upstream/dispatch-run.ts';

/**
 * Adds the fields that say how the request's body, if it has one, goes upstream: its length, whether the upstream is
 * asked first, what follows it; and the protocol an upgrade asks for. Once per request, since attempts share the list.
 * @returns what an undici pool cannot do of that; `null` when it can do everything
 */
export function addMessageFields(exchange: HttpExchange): Pick<ExtendedDispatchOptions, 'trailers'> | null {
  const { caller } = exchange;
  const { entity } = exchange.request;
  const { headers } = exchange.upstream;
  if (caller.upgrade !== null) {
    headers.append('Connection', 'Upgrade');
    headers.append('Upgrade', caller.upgrade);
    return {};
  }
  if (entity.length >= 0) headers.append('Content-Length', String(entity.length));
  const asksFirst = entity.expectation === '100-continue' && !entity.isBegun;
  if (asksFirst) headers.append('Expect', '100-continue');
  const announced = entity.announcedTrailers;
  if (announced === null) return asksFirst ? {} : null;
  const isForbidden = (name: string): boolean => isForbiddenRequestTrailer(name) || exchange.upstream.isDecided(name);
  const names = announced.split(',').filter((name) => !isForbidden(name.trim()));
  headers.append('Trailer', names.join(','));
  return { trailers: () => trailerFields(caller.rawTrailers, isForbidden) };
}

/** Trailer fields that may pass: the others would change how the message is read (RFC 9110 §6.5.1). */
export function trailerFields(
  rawTrailers: readonly (string | Buffer)[],
  isForbidden: (name: string) => boolean = isForbiddenTrailer,
): string[] {
  const fields: string[] = [];
  for (let at = 0; at + 1 < rawTrailers.length; at += 2) {
    const name = textOf(rawTrailers[at] ?? '');
    if (!isForbidden(name)) fields.push(name, textOf(rawTrailers[at + 1] ?? ''));
  }
  return fields;
}

function textOf(field: string | Buffer): string {
  return typeof field === 'string' ? field : field.toString('latin1');
}
