import { type EntityKind, type KindFacts, lists, none } from './kind-facts.ts';

/** A credential: belongs to a consumer and is found by what the client presents. */
function credential(singular: string, label: string, name: string | null, extra: Partial<KindFacts> = {}): KindFacts {
  const unique = name === null ? [] : [name];
  const own = { singular, label, nameField: name, unique, idFields: unique, hasSecretNames: name === 'key' };
  return { ...none, references: { consumer: 'consumers' }, required: ['consumer'], ...own, ...extra };
}

/** Lists that may stand inside a consumer. */
export const credentials = lists(
  'consumer',
  ...(['acls', 'keyauth_credentials', 'keyauth_enc_credentials', 'basicauth_credentials'] as const),
  ...(['hmacauth_credentials', 'jwt_secrets', 'mtls_auth_credentials', 'oauth2_credentials'] as const),
);

/** What consumers prove who they are with, and what is made from that. */
export const credentialKinds = {
  acls: credential('acl', 'ACL group', null, {
    uniqueTogether: [['consumer', 'group']],
    idFields: ['consumer', 'group'],
  }),
  keyauth_credentials: credential('keyauth_credential', 'key-auth credential', 'key'),
  keyauth_enc_credentials: credential('keyauth_enc_credential', 'key-auth-enc credential', 'key'),
  basicauth_credentials: credential('basicauth_credential', 'basic-auth credential', 'username'),
  hmacauth_credentials: credential('hmacauth_credential', 'hmac-auth credential', 'username'),
  jwt_secrets: credential('jwt_secret', 'JWT credential', 'key'),
  mtls_auth_credentials: credential('mtls_auth_credential', 'mtls-auth credential', null, {
    references: { consumer: 'consumers', ca_certificate: 'ca_certificates' },
    idFields: ['subject_name', 'ca_certificate'],
  }),
  oauth2_credentials: credential('oauth2_credential', 'OAuth 2.0 credential', 'client_id', {
    children: lists('credential', 'oauth2_tokens', 'oauth2_authorization_codes'),
  }),
  oauth2_tokens: {
    ...none,
    singular: 'oauth2_token',
    label: 'OAuth 2.0 token',
    nameField: 'access_token',
    idFields: ['access_token'],
    references: { credential: 'oauth2_credentials', service: 'services' },
    required: ['credential'],
    unique: ['access_token', 'refresh_token'],
    hasSecretNames: true,
  },
  oauth2_authorization_codes: {
    ...none,
    singular: 'oauth2_authorization_code',
    label: 'OAuth 2.0 authorization code',
    nameField: 'code',
    references: { credential: 'oauth2_credentials', service: 'services', plugin: 'plugins' },
    required: ['credential'],
    unique: ['code'],
    hasSecretNames: true,
  },
} satisfies Partial<Record<EntityKind, KindFacts>>;
