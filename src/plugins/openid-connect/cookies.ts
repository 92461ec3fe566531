import type { ExchangeRequest } from '../../pdk/exchange.ts';

/** The value of a cookie, without quotes; null when the caller did not send it, or sent it with different values. */
export function cookieValue(request: ExchangeRequest, name: string): string | null {
  const values = new Set<string>();
  for (const pair of pairsOf(request)) {
    if (nameOf(pair) === name) values.add(pair.slice(pair.indexOf('=') + 1).replace(/^"(.*)"$/, '$1'));
  }
  const [value = null] = values;
  return values.size === 1 ? value : null;
}

/** The `Cookie` header without one cookie; empty when nothing is left. */
export function withoutCookie(request: ExchangeRequest, name: string): string {
  return pairsOf(request)
    .filter((pair) => nameOf(pair) !== name)
    .join('; ');
}

/** RFC 9113 §8.2.3 lets a caller split the header, so all of them count. */
function pairsOf(request: ExchangeRequest): string[] {
  const pairs = request.headerAll('cookie').flatMap((value) => value.split(';'));
  return pairs.map((pair) => pair.trim()).filter((pair) => pair !== '');
}

function nameOf(pair: string): string {
  const at = pair.indexOf('=');
  return at < 0 ? '' : pair.slice(0, at).trimEnd();
}
