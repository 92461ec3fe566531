import { ADDRESS_DENIED } from './address-guard.ts';
import { IdentityProviderError, type IdpFaultReason, ProviderConfigError } from './errors.ts';
import { printable } from './provider-url.ts';

/** A body beyond its limit. */
export class BodyTooLarge extends Error {}

const connectFailures: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Undici's words for a proxy that opens no tunnel, and for one that asks for a password. */
const proxyRefusals: ReadonlySet<string> = new Set(['UND_ERR_ABORTED', 'UND_ERR_INVALID_ARG']);

/** Only then may a request with a one-time effect be repeated. */
export function nothingWasSent(error: unknown): boolean {
  return connectFailures.has(codeOf(error));
}

/** What a request to a provider failed by, in our own words. */
export function toProviderError(
  error: unknown,
  url: string,
  proxy: string | null,
  signal: AbortSignal,
): IdentityProviderError | ProviderConfigError {
  if (proxy === null && codeOf(error) === 'UND_ERR_INVALID_ARG') {
    // Undici names the header and never its value. Those of callers are as the listener let them in.
    const why = error instanceof Error ? error.message : 'a header that cannot be sent';
    return new ProviderConfigError(`"${printable(url)}" cannot be asked with the headers of the config: ${why}`);
  }
  const refused = proxy !== null && proxyRefusals.has(codeOf(error));
  const reason = signal.aborted ? 'timed out' : refused ? 'refused by proxy' : faultReason(error);
  const way = proxy === null ? '' : ` through "${printable(proxy)}"`;
  return new IdentityProviderError(reason, `"${printable(url)}"${way}: ${reason}`, error);
}

function faultReason(error: unknown): IdpFaultReason {
  if (error instanceof BodyTooLarge) return 'response too large';
  const code = codeOf(error);
  if (code === ADDRESS_DENIED) return 'address not allowed';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'host name not found';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'timed out';
  if (connectFailures.has(code)) return 'connection refused';
  if (/^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return 'TLS failure';
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') return 'invalid response';
  return 'connection lost';
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
