/** Plugins that find out who is calling, or refuse. */
export const authPlugins: ReadonlySet<string> = new Set([
  ...['key-auth', 'key-auth-enc', 'basic-auth', 'hmac-auth', 'jwt', 'jwt-signer', 'oauth2', 'oauth2-introspection'],
  ...['openid-connect', 'ldap-auth', 'ldap-auth-advanced', 'mtls-auth', 'saml', 'vault-auth', 'header-cert-auth'],
  ...['session', 'ace', 'ai-mcp-oauth2', 'standard-webhooks', 'opa'],
]);

/** Plugins that may know consumers by something else than credentials in the file. */
export const claimPlugins: ReadonlySet<string> = new Set([
  ...['openid-connect', 'ldap-auth', 'ldap-auth-advanced', 'mtls-auth', 'jwt-signer', 'oauth2-introspection', 'saml'],
  ...['header-cert-auth', 'vault-auth'],
]);

const answering = new Set([
  ...['request-termination', 'aws-lambda', 'azure-functions', 'mocking', 'redirect', 'openwhisk', 'degraphql'],
  ...['kafka-upstream', 'confluent', 'kafka-consume', 'confluent-consume', 'solace-upstream', 'route-by-header'],
  ...['pre-function', 'post-function', 'forward-proxy', 'acme', 'oauth2', 'openid-connect'],
]);

/** Whether a plugin can answer a request by itself, so that a route with it needs no service. */
export function isAnswering(plugin: string): boolean {
  return answering.has(plugin) || plugin.startsWith('ai-');
}

/** Plugins that pass on what a client identifies itself with, unless `hide_credentials` is on. */
export const hidingPlugins: ReadonlySet<string> = new Set([
  ...['key-auth', 'key-auth-enc', 'basic-auth', 'hmac-auth', 'oauth2', 'oauth2-introspection', 'ldap-auth'],
  ...['ldap-auth-advanced', 'vault-auth'],
]);
