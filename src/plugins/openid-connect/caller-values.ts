import type { NameValuePairs } from '../../oidc/grants/client-credentials.ts';
import { onlyHeader } from './request-arguments.ts';
import type { RequestSearch } from './request-search.ts';

/** Arguments of the caller under these names, wherever it put them: query, body or header. */
export async function callerArguments(search: RequestSearch, names: readonly string[]): Promise<NameValuePairs> {
  const pairs: [string, string][] = [];
  for (const name of names) {
    const value = await search.args.find(name);
    if (value !== null) pairs.push([name, value]);
  }
  return pairs;
}

/** Headers of the caller under these names; one that was sent more than once counts as not sent. */
export function callerHeaders(search: RequestSearch, names: readonly string[]): NameValuePairs {
  return names.flatMap((name): [string, string][] => {
    const value = onlyHeader(search.request, name);
    return value === null ? [] : [[name, value]];
  });
}
