import { discoveryUrl, oauthMetadataUrl } from './discovery-url.ts';
import { IdentityProviderError, ProviderConfigError } from './errors.ts';
import type { ProviderHttp, ProviderRequestOptions, ProviderResponse } from './provider-http.ts';
import { printable } from './provider-url.ts';
import { parseJsonObject } from './provider-json.ts';
import type { DiscoveryDocument } from './provider-metadata.ts';

/**
 * Fetches a discovery document; on 404, and only then, from the place of RFC 8414.
 *
 * @throws {ProviderConfigError} when there is none (404 and other client errors)
 * @throws {IdentityProviderError} when the provider is at fault; an error page never becomes a document
 */
export async function fetchDiscovery(
  issuer: string,
  http: Pick<ProviderHttp, 'getDocument'>,
  options: ProviderRequestOptions,
): Promise<DiscoveryDocument> {
  const response = await http.getDocument(discoveryUrl(issuer), options);
  const fallback = response.status === 404 ? oauthMetadataUrl(issuer) : null;
  return readDocument(fallback === null ? response : await http.getDocument(fallback, options));
}

function readDocument(response: ProviderResponse): DiscoveryDocument {
  const { status, url } = response;
  const where = `"${printable(url)}" answered ${status}`;
  if (status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429) {
    throw new ProviderConfigError(`no discovery document: ${where}`);
  }
  if (status < 200 || status > 299) throw new IdentityProviderError('unexpected status', where);
  const document = parseJsonObject(response.text);
  if (document === null || typeof document.issuer !== 'string' || document.issuer === '') {
    throw new IdentityProviderError('invalid response', `${where} with something that is no discovery document`);
  }
  return { url, document };
}
