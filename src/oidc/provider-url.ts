import { ProviderConfigError } from './errors.ts';

/**
 * A URL that can be called.
 *
 * @throws {ProviderConfigError} which does not repeat a text that may hold anything, as Node's own error would
 */
export function callableUrl(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target?.protocol === 'http:' || target?.protocol === 'https:') return target;
  throw new ProviderConfigError('an address of the identity provider is not an absolute http or https URL');
}

/** A URL as it may be logged: user name, password and query are where secrets hide. */
export function printable(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
