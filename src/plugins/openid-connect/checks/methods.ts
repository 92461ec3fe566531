import type { JsonPath } from '../../../lib/json.ts';
import { type CheckContext, chosenMethods, isGiven, listOf } from './context.ts';

const ownClientMethods = ['authorization_code', 'introspection', 'password', 'refresh_token'];
const tlsMethods = ['tls_client_auth', 'self_signed_tls_client_auth'];
const tlsFields = [
  'token_endpoint_auth_method',
  'introspection_endpoint_auth_method',
  'revocation_endpoint_auth_method',
];

/** Settings that a method cannot do without. Methods count only when the author chose them. */
export function checkMethodSettings(context: CheckContext): void {
  const { config } = context;
  const methods = chosenMethods(context) ?? [];
  const own = methods.filter((method) => ownClientMethods.includes(method));
  if (own.length > 0 && listOf(context, 'client_id').length === 0) {
    const message = `"${own.join('", "')}" needs a client of the gateway's own, but "client_id" is not set`;
    context.error(methodPath(methods, own[0] ?? ''), 'openid-connect/client', message);
  }
  const introspects = config.introspect_jwt_tokens === true && listOf(context, 'auth_methods').includes('bearer');
  if (introspects && listOf(context, 'client_id').length === 0) {
    const message = '"introspect_jwt_tokens" needs a client of the gateway\'s own, but "client_id" is not set';
    context.error(['introspect_jwt_tokens'], 'openid-connect/client', message);
  }
  if (methods.includes('refresh_token') && !isGiven(context, 'refresh_token_param_name')) {
    const message = '"refresh_token" needs "refresh_token_param_name", or no refresh token is ever found';
    context.error(methodPath(methods, 'refresh_token'), 'openid-connect/method', message);
  }
  if (listOf(context, 'bearer_token_param_type').includes('cookie') && !isGiven(context, 'bearer_token_cookie_name')) {
    const message = '"bearer_token_param_type" has "cookie", which needs "bearer_token_cookie_name"';
    context.error(
      ['bearer_token_param_type', listOf(context, 'bearer_token_param_type').indexOf('cookie')],
      'openid-connect/method',
      message,
    );
  }
  if (isGiven(context, 'jwt_session_cookie') && !listOf(context, 'auth_methods').includes('bearer')) {
    const message = '"jwt_session_cookie" works with the method "bearer", which is not enabled';
    context.error(['jwt_session_cookie'], 'openid-connect/method', message);
  }
  checkTlsClient(context);
  checkSessionSecret(context, methods);
  if (methods.includes('password') && methods.includes('client_credentials')) {
    const message = '"password" and "client_credentials" share the Basic header: each credential may be tried twice';
    context.warning(methodPath(methods, 'password'), 'openid-connect/method', message, 'enable one of them per route');
  }
  const sessions = methods.includes('session') && methods.includes('client_credentials');
  if (sessions && !(config.disable_session ?? []).includes('client_credentials')) {
    const message = 'with "session" enabled, Kong sends a session cookie to callers that use client credentials';
    context.warning(
      methodPath(methods, 'session'),
      'openid-connect/method',
      message,
      'add "client_credentials" to "disable_session"',
    );
  }
}

/** Sessions are sealed with the secret; without one each process makes its own. */
function checkSessionSecret(context: CheckContext, methods: readonly string[]): void {
  if (!methods.includes('session') || isGiven(context, 'session_secret')) return;
  const message = 'without "session_secret" a session works only in the process that made it, until it ends';
  context.warning(methodPath(methods, 'session'), 'openid-connect/method', message, 'set "session_secret"');
}

function methodPath(methods: readonly string[], method: string): JsonPath {
  return ['auth_methods', methods.indexOf(method)];
}

function checkTlsClient(context: CheckContext): void {
  const at = listOf(context, 'client_auth').findIndex((method) => tlsMethods.includes(method));
  const field = tlsFields.find((name) => tlsMethods.includes(String(context.fields[name])));
  if ((at < 0 && field === undefined) || isGiven(context, 'tls_client_auth_cert_id')) return;
  const message = 'authentication by client certificate needs "tls_client_auth_cert_id"';
  context.error(at < 0 ? [field ?? 'client_auth'] : ['client_auth', at], 'openid-connect/client', message);
}
