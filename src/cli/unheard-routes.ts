import type { StreamRoute } from '../runtime/stream/stream-route.ts';
import type { ListenEntry } from './listen-address.ts';

/** A note lists no more names than this. */
const MAX_NAMES = 5;

/**
 * Says which routes no connection can reach, since no address of `stream_listen` takes what they are for; `null` when
 * there are none.
 */
export function noteUnheardRoutes(routes: readonly StreamRoute[], entries: readonly ListenEntry[]): string | null {
  const hasTls = entries.some(({ isTls }) => isTls);
  const hasPlain = entries.some(({ isTls }) => !isTls);
  const unheard = routes.filter((route) => !(hasPlain && route.takesPlain) && !(hasTls && route.withTls !== 'refuse'));
  if (unheard.length === 0) return null;
  const isForTls = unheard.some(({ withTls }) => withTls !== 'refuse');
  const flag = entries.length === 0 ? '' : isForTls ? ' with "ssl"' : ' without "ssl"';
  return `no connection can reach ${nameAll(unheard)}: give stream_listen an address${flag}`;
}

function nameAll(routes: readonly StreamRoute[]): string {
  const names = routes.slice(0, MAX_NAMES).map(({ label }) => `"${label}"`);
  const rest = routes.length - names.length;
  return `${routes.length === 1 ? 'route' : 'routes'} ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
