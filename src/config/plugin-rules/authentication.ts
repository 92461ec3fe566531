import { limitedWhen, oneOn, requiredWhen, when } from './combinators.ts';
import type { PluginRule } from './rule.ts';

/** An upper limit for expiry says nothing about tokens whose expiry is not looked at. */
const expiryChecked: PluginRule = {
  fields: ['maximum_expiration', 'claims_to_verify'],
  check(config, report) {
    const [limit, claims] = [config.get('maximum_expiration'), config.get('claims_to_verify')];
    if (typeof limit !== 'number' || limit <= 0 || !Array.isArray(claims) || claims.includes('exp')) return;
    const message = '"claims_to_verify" must hold "exp" when "maximum_expiration" is set';
    report({ rule: 'combination', path: config.pathOf('claims_to_verify'), message });
  },
};

/** Rules for plugins that find out who is calling. */
export const authenticationRules: Readonly<Record<string, readonly PluginRule[]>> = {
  jwt: [expiryChecked],
  'ldap-auth': [limitedWhen(when('ldaps', true), 'start_tls', false, null)],
  'ldap-auth-advanced': [limitedWhen(when('ldaps', true), 'start_tls', false, null)],
  oauth2: [
    oneOn('enable_authorization_code', 'enable_implicit_grant', 'enable_client_credentials', 'enable_password_grant'),
    requiredWhen(when('mandatory_scope', true), 'scopes'),
  ],
};
