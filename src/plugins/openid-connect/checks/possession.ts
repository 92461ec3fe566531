import { isJsonObject, type JsonPath } from '../../../lib/json.ts';
import { type CheckContext, isGiven, listOf } from './context.ts';

/** Methods whose tokens can be bound to a key of the caller. */
const bindable = ['bearer', 'introspection', 'session'];

/** Proof of possession: bound tokens (RFC 8705, RFC 9449) come with some methods only. */
export function checkPossession(context: CheckContext): void {
  const { fields } = context;
  const switches = ['proof_of_possession_mtls', 'proof_of_possession_dpop'];
  const on = switches.find((name) => (fields[name] ?? 'off') !== 'off');
  if (on !== undefined) checkMethodsWith(context, on);
  checkDpop(context);
  const field = 'proof_of_possession_mtls_from_header';
  const header = fields[field];
  if (!isJsonObject(header)) return;
  if (Array.isArray(header.ca_certificates) && header.ca_certificates.length === 0) {
    const message = `"${field}" needs at least one certificate authority, or every certificate is refused`;
    context.error([field, 'ca_certificates'], 'openid-connect/possession', message);
  }
  if (header.certificate_header_name === '') {
    const message = `"${field}" needs the name of the header`;
    context.error([field, 'certificate_header_name'], 'openid-connect/possession', message);
  }
  if (header.secure_source === false) {
    const message = 'with "secure_source" off, any caller can send a certificate of somebody else';
    context.warning([field, 'secure_source'], 'openid-connect/insecure', message);
  }
  checkRevocation(context, field, header.revocation_check_mode ?? 'IGNORE_CA_ERROR');
}

/** RFC 9449 §7.1: a token with a proof stands in the `Authorization` header, and nowhere else. */
function checkDpop(context: CheckContext): void {
  const { fields } = context;
  const mode = fields.proof_of_possession_dpop ?? 'off';
  if (mode === 'off') return;
  const header =
    typeof fields.bearer_token_header_name === 'string' ? fields.bearer_token_header_name : 'authorization';
  const field = header.toLowerCase() === 'authorization' ? 'bearer_token_param_type' : 'bearer_token_header_name';
  const isLookedAt = field === 'bearer_token_param_type' && !misses(fields.bearer_token_param_type, 'header');
  if (!isLookedAt) {
    const message = 'tokens with a proof are never found: the "Authorization" header is not looked at';
    context.warning([field], 'openid-connect/possession', message);
  }
  const lifetime = fields.dpop_proof_lifetime;
  if (typeof lifetime === 'number' && lifetime <= 0) {
    const message = 'with this "dpop_proof_lifetime" every proof is too old';
    context.warning(['dpop_proof_lifetime'], 'openid-connect/possession', message);
  }
}

function misses(list: unknown, entry: string): boolean {
  return Array.isArray(list) && !list.includes(entry);
}

/** Revocation is not looked up, which differs from what each mode but one asks for. */
function checkRevocation(context: CheckContext, field: string, mode: unknown): void {
  if (mode === 'SKIP') return;
  const consequence = mode === 'STRICT' ? 'every certificate is refused' : 'revoked certificates pass';
  const message = `"revocation_check_mode" is "${String(mode)}", but revocation is not looked up yet: ${consequence}`;
  context.warning([field], 'plugin/not-implemented', message, 'set it to SKIP if the proxy in front looks it up');
}

function checkMethodsWith(context: CheckContext, name: string): void {
  const at = (index: number): JsonPath => (isGiven(context, 'auth_methods') ? ['auth_methods', index] : [name]);
  const methods = listOf(context, 'auth_methods');
  if (methods.length === 1 && methods[0] === 'session') {
    const message = `"${name}" is on, but the only method is "session": no token is ever checked`;
    context.error(at(0), 'openid-connect/possession', message, 'add "bearer" or "introspection"');
    return;
  }
  if (context.fields.proof_of_possession_auth_methods_validation === false) return;
  const others = methods.filter((method) => !bindable.includes(method));
  if (others.length === 0) return;
  const path = at(methods.indexOf(others[0] ?? ''));
  const message = `"${name}" is on, which does not go with "${others.join('", "')}"`;
  const hint = `leave ${bindable.join(', ')}, or set "proof_of_possession_auth_methods_validation" to false`;
  context.error(path, 'openid-connect/possession', message, hint);
}
