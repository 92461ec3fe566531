import type { Exchange } from '../../pdk/exchange.ts';
import type { LogMethod, Logger } from '../../pdk/log.ts';
import type { AuthMethod as AuthMethodName } from './implemented-fields.ts';
import type { Refusal } from './responses.ts';

/** Characters of a name the caller gave itself. */
const LONGEST_LOGGED_ID = 200;

/** One refused request. */
export interface RefusedRequest {
  readonly exchange: Exchange;
  readonly refusal: Refusal;
  /** Of the credential; null when none was found. */
  readonly method: AuthMethodName | null;
  readonly issuer: string;
  /** What was answered; null when the caller passes as the anonymous consumer. */
  readonly status: number | null;
}

/** Methods that get a token from the provider: one that is no good then is not the caller's fault. */
const grants: ReadonlySet<AuthMethodName> = new Set(['client_credentials', 'password', 'refresh_token']);

/** One line per refused request: enough to find out why, nothing that could be used. */
export function logRefusal({ exchange, refusal, method, issuer, status }: RefusedRequest): void {
  const fields = {
    plugin: 'openid-connect',
    status: status ?? undefined,
    kind: refusal.kind,
    reason: refusal.reason,
    method: method ?? undefined,
    client_id: refusal.clientId?.slice(0, LONGEST_LOGGED_ID),
    issuer,
    err: refusal.cause,
  };
  if (status === null) exchange.log.debug(fields, 'passes as the anonymous consumer');
  else if (refusal.kind === 'unexpected') exchange.log.error(fields, 'request failed');
  else if (refusal.kind === 'unavailable') exchange.log.warn(fields, 'identity provider unavailable');
  else levelFor(exchange.log, refusal, method)(fields, 'request refused');
}

/** A provider that issues bad tokens, or a store that does not answer, wants looking at; what callers do wrong is theirs. */
function levelFor(log: Logger, { kind }: Refusal, method: AuthMethodName | null): LogMethod {
  const isOurs = kind === 'bad-token' && method !== null && grants.has(method);
  return isOurs || kind === 'unchecked' ? log.warn.bind(log) : log.info.bind(log);
}
