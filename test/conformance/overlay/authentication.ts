import type { JsonObject } from '../../../src/lib/json.ts';
import { headerName, host, moved, type Overlay, positive, replaced } from './overlay.ts';

/** Names that sessions had before Kong 3.2; `prefix` is what SAML puts in front. */
function sessionFields(prefix: string): Readonly<Record<string, JsonObject>> {
  const old = (name: string): string => `${prefix}cookie_${name}`;
  return {
    [old('lifetime')]: moved('number', `${prefix}rolling_timeout`),
    [old('idletime')]: moved('number', `${prefix}idling_timeout`),
    [old('renew')]: { ...replaced([]), type: 'number' },
    [old('samesite')]: {
      ...moved('string', old('same_site')),
      enum: ['Strict', 'Lax', 'None', 'Default', 'off'],
      'x-renames': { off: 'Lax' },
    },
    [old('httponly')]: moved('boolean', old('http_only')),
  };
}

/** Plugins that find out who is calling. */
export const authentication: Readonly<Record<string, Overlay>> = {
  'basic-auth': { notNull: ['hide_credentials', 'realm'] },
  'hmac-auth': { fields: { clock_skew: positive }, notNull: ['hide_credentials', 'validate_request_body'] },
  jwt: { notNull: ['secret_is_base64', 'run_on_preflight'] },
  'key-auth': {
    fields: { 'key_names[]': headerName },
    notNull: ['key_names', 'hide_credentials', 'key_in_header', 'key_in_query', 'key_in_body', 'run_on_preflight'],
  },
  'ldap-auth': {
    fields: { ldap_host: host },
    notNull: ['ldap_port', 'ldaps', 'start_tls', 'verify_ldap_host', 'cache_ttl', 'hide_credentials'],
  },
  oauth2: {
    notNull: [
      'mandatory_scope',
      'token_expiration',
      'enable_authorization_code',
      'enable_implicit_grant',
      'enable_client_credentials',
      'enable_password_grant',
      'hide_credentials',
      'accept_http_if_already_terminated',
      'global_credentials',
      'refresh_token_ttl',
      'reuse_refresh_token',
    ],
  },
  saml: { fields: sessionFields('session_') },
  session: {
    fields: {
      ...sessionFields(''),
      cookie_discard: moved('number', 'stale_ttl'),
      cookie_persistent: moved('boolean', 'remember'),
    },
  },
};
