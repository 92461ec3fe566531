import { isDeepStrictEqual } from 'node:util';
import type { JsonPath } from '../../../lib/json.ts';
import type { ClaimHeader } from '../config.ts';
import { isUsableHeaderName, tokenDocuments } from '../token-headers.ts';
import { type CheckContext, isGiven, listOf } from './context.ts';

const pairs: readonly (readonly [string, string])[] = [
  ['discovery_headers_names', 'discovery_headers_values'],
  ['authorization_query_args_names', 'authorization_query_args_values'],
  ['token_headers_names', 'token_headers_values'],
  ['token_post_args_names', 'token_post_args_values'],
  ['introspection_headers_names', 'introspection_headers_values'],
  ['introspection_post_args_names', 'introspection_post_args_values'],
  ['userinfo_headers_names', 'userinfo_headers_values'],
  ['userinfo_query_args_names', 'userinfo_query_args_values'],
  ['upstream_headers_claims', 'upstream_headers_names'],
  ['downstream_headers_claims', 'downstream_headers_names'],
];

const perClient = [
  'client_secret',
  'client_auth',
  'client_alg',
  'client_jwk',
  'redirect_uri',
  'login_redirect_uri',
  'logout_redirect_uri',
  'unauthorized_redirect_uri',
  'forbidden_redirect_uri',
  'unexpected_redirect_uri',
];

/** Lists of names and of values are read side by side, so they are equally long. */
export function checkPairs(context: CheckContext): void {
  for (const [first, second] of pairs) {
    const [a, b] = [listOf(context, first).length, listOf(context, second).length];
    if (a === b) continue;
    const message = `"${first}" has ${entries(a)} and "${second}" has ${entries(b)}; they are read side by side`;
    context.error([isGiven(context, first) ? first : second], 'openid-connect/list-length', message);
  }
}

/** Lists with one entry per own client; a missing entry falls back to the first. */
export function checkClientLists(context: CheckContext): void {
  const clients = listOf(context, 'client_id');
  const twice = clients.findIndex((id, at) => clients.indexOf(id) !== at);
  if (twice >= 0) {
    context.error(['client_id', twice], 'openid-connect/client', `"client_id" lists "${clients[twice] ?? ''}" twice`);
  }
  const expected = Math.max(1, clients.length);
  for (const name of perClient) {
    const { length } = listOf(context, name);
    if (length > expected) {
      const message = `"${name}" has ${entries(length)} for ${expected} in "client_id"`;
      context.error([name, expected], 'openid-connect/list-length', message);
    } else if (length > 1 && length < expected) {
      const message = `"${name}" has ${entries(length)} for ${expected} in "client_id"; the first serves for the rest`;
      context.warning([name], 'openid-connect/list-length', message);
    }
  }
}

/** The old and the new form of one setting may stand side by side only if they say the same. */
export function checkConflicts(context: CheckContext): void {
  for (const side of ['upstream', 'downstream']) {
    const modern = context.fields[`${side}_headers`];
    const claims = listOf(context, `${side}_headers_claims`);
    if (!Array.isArray(modern) || modern.length === 0 || claims.length === 0) continue;
    const names = listOf(context, `${side}_headers_names`);
    if (
      isDeepStrictEqual(
        modern,
        claims.map((claim, at) => ({ header: names[at], path: [claim] })),
      )
    )
      continue;
    const message = `"${side}_headers" and "${side}_headers_claims" say different things`;
    context.error([`${side}_headers_claims`], 'openid-connect/conflict', message, `keep "${side}_headers"`);
  }
  const { consumer_claim: old, consumer_claims: paths } = context.config;
  if ((old ?? null) !== null && (paths ?? null) !== null && !isDeepStrictEqual([old], paths)) {
    const message = '"consumer_claim" and "consumer_claims" say different things';
    context.error(['consumer_claim'], 'openid-connect/conflict', message, 'keep "consumer_claims"');
  }
}

/** `["a","b"]` means either, `["a b"]` means both, and a comma means nothing at all. */
export function checkRequiredLists(context: CheckContext): void {
  for (const name of ['scopes_required', 'audience_required', 'groups_required', 'roles_required']) {
    const values = listOf(context, name);
    if (values.length > 1) {
      const message = `one of the ${values.length} entries of "${name}" is enough`;
      const hint = 'to require all, write them in one entry with spaces between';
      context.warning([name], 'openid-connect/required-list', message, hint);
    }
    const at = values.findIndex((value) => value.includes(','));
    if (at >= 0) {
      const message = `an entry of "${name}" contains a comma, which separates nothing`;
      context.warning([name, at], 'openid-connect/required-list', message, 'use spaces, or separate entries');
    }
  }
}

const requestHeaders = [
  'discovery_headers_names',
  'introspection_headers_names',
  'token_headers_names',
  'userinfo_headers_names',
];

/** Headers need names that a header can have: those that carry claims or tokens, and those sent to the provider. */
export function checkHeaderNames(context: CheckContext): void {
  for (const field of requestHeaders) {
    for (const [at, name] of listOf(context, field).entries()) {
      if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) continue;
      const message = `"${name}" is no name for a header: the provider cannot be asked`;
      context.error([field, at], 'openid-connect/header-name', message);
    }
  }
  for (const side of ['upstream', 'downstream']) {
    const modern = `${side}_headers`;
    const headers = context.fields[modern];
    const names = Array.isArray(headers) ? (headers as readonly ClaimHeader[]).map(({ header }) => header) : [];
    for (const [at, name] of names.entries()) checkHeaderName(context, [modern, at, 'header'], name);
    const old = `${side}_headers_names`;
    for (const [at, name] of listOf(context, old).entries()) checkHeaderName(context, [old, at], name);
    for (const what of ['access_token', ...tokenDocuments]) {
      const field = `${side}_${what}_header`;
      const text = context.fields[field];
      if (typeof text === 'string') checkHeaderName(context, [field], text.split(':', 1)[0] ?? '');
    }
  }
}

function checkHeaderName(context: CheckContext, path: JsonPath, name: string): void {
  if (isUsableHeaderName(name)) return;
  context.warning(
    path,
    'openid-connect/header-name',
    `"${name}" cannot be used here as a header name: nothing is sent`,
  );
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}
