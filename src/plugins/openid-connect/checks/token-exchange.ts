import { discoveryUrl } from '../../../oidc/discovery-url.ts';
import type { TokenExchangeConfig } from '../config.ts';
import { exchangeConditions } from '../token-exchange-settings.ts';
import { type CheckContext, listOf } from './context.ts';

const CODE = 'openid-connect/token-exchange';

/** What the exchange of callers' tokens needs, and entries that do nothing. */
export function checkTokenExchange(context: CheckContext): void {
  const exchange = context.config.token_exchange ?? null;
  if (exchange === null) {
    if ((context.config.token_exchange_endpoint ?? null) === null) return;
    const message = 'without "token_exchange" nothing is exchanged: the older way, an endpoint alone, is not run';
    context.warning(['token_exchange_endpoint'], CODE, message);
    return;
  }
  if (!listOf(context, 'auth_methods').includes('bearer')) {
    const message = '"token_exchange" works with the method "bearer", which is not enabled';
    context.warning(['token_exchange'], CODE, message);
  }
  if (listOf(context, 'client_id').length === 0) {
    const message = '"token_exchange" needs a client of the gateway\'s own, but "client_id" is not set';
    context.error(['token_exchange'], 'openid-connect/client', message);
  }
  checkSubjectIssuers(context, exchange);
}

function checkSubjectIssuers(context: CheckContext, { subject_token_issuers: listed }: TokenExchangeConfig): void {
  for (const [at, { issuer, conditions, verify_signature, jwks_uri }] of listed.entries()) {
    const path = ['token_exchange', 'subject_token_issuers', at];
    const isOwn = discoveryUrl(issuer) === discoveryUrl(context.config.issuer);
    const hasConditions = exchangeConditions(conditions ?? null) !== null;
    if (isOwn && !hasConditions) {
      const message = "without conditions no token of the provider's own is exchanged";
      context.warning(path, CODE, message, 'say in "conditions" which are');
    }
    if (isOwn) continue;
    if (hasConditions) {
      context.warning(
        [...path, 'conditions'],
        CODE,
        'tokens of another issuer are exchanged whatever "conditions" say',
      );
    }
    if (verify_signature !== true) {
      const message = 'anybody can write such a token: the signature is left to the provider that exchanges it';
      context.warning(path, 'openid-connect/insecure', message, 'set "verify_signature"');
      if ((jwks_uri ?? null) !== null) {
        context.warning([...path, 'jwks_uri'], CODE, '"jwks_uri" does nothing without "verify_signature"');
      }
    }
  }
}
