import { isReservedParameter, isReservedTokenHeader } from './reserved-names.ts';

/** Names and values in the order they are sent. */
export type NameValuePairs = readonly (readonly [string, string])[];

/** What a token request says beside the grant's own parameters and who asks. */
export interface ExtraParameters {
  /** Sent as `scope`, joined by spaces; null or empty sends none. */
  readonly scopes: readonly string[] | null;
  /** Sent as `audience`, joined by spaces; null or empty sends none. */
  readonly audience: readonly string[] | null;
  /** Configured extra parameters. */
  readonly postArgs: NameValuePairs;
  /** Parameters taken over from the caller's request; they win over configured ones. */
  readonly clientArgs: NameValuePairs;
}

/** Form of the token request (RFC 6749 §4.4.2), without client authentication. */
export function clientCredentialsForm(parameters: ExtraParameters): [string, string][] {
  return [['grant_type', 'client_credentials'], ...extraParameters(parameters)];
}

/**
 * What follows the parameters of a grant. A later source replaces every parameter of that name from earlier ones, so
 * that a caller's `scope` takes the place of the configured one; repetition within one source is kept (RFC 8707 allows
 * several `resource`). Names that gw alone decides are ignored.
 */
export function extraParameters({ scopes, audience, postArgs, clientArgs }: ExtraParameters): [string, string][] {
  const own: [string, string][] = [];
  if (scopes !== null && scopes.length > 0) own.push(['scope', scopes.join(' ')]);
  if (audience !== null && audience.length > 0) own.push(['audience', audience.join(' ')]);
  const extras: [string, string][] = [];
  const sources = [own, withoutReserved(postArgs), withoutReserved(clientArgs)];
  sources.forEach((source, index) => {
    const replaced = new Set(sources.slice(index + 1).flatMap((later) => later.map(([name]) => name)));
    for (const [name, value] of source) if (!replaced.has(name)) extras.push([name, value]);
  });
  return extras;
}

/** Extra headers of the token request: configured ones, then the caller's, without those gw alone decides. */
export function tokenRequestHeaders(configured: NameValuePairs, fromCaller: NameValuePairs): [string, string][] {
  const headers = new Map<string, [string, string]>();
  for (const [name, value] of [...configured, ...fromCaller]) {
    if (!isReservedTokenHeader(name)) headers.set(name.toLowerCase(), [name, value]);
  }
  return [...headers.values()];
}

function withoutReserved(pairs: NameValuePairs): NameValuePairs {
  return pairs.filter(([name]) => !isReservedParameter(name));
}
