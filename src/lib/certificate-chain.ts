import type { X509Certificate } from 'node:crypto';

/** What a chain has to satisfy. */
export interface ChainRules {
  /** Certificates that are trusted by themselves. */
  readonly authorities: readonly X509Certificate[];
  /** Whether a chain may end at an authority that somebody else has issued (OpenSSL's `partial_chain`). */
  readonly allowsPartialChain: boolean;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USE = '2.5.29.37.0';

/**
 * Why a client's certificate is not to be trusted; null when it is. Every certificate up to the authority must be valid
 * at `now` (ms) and signed by the next one, which must be an authority. Constraints of authorities on path length and names
 * are not evaluated, nor is revocation.
 * @param others what else the client sent, trusted for nothing
 */
export function chainFault(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  rules: ChainRules,
  now: number,
): string | null {
  // Node's name for the extended key usage; undefined, whatever its type says, where there is none.
  const uses = leaf.keyUsage as string[] | undefined;
  if (uses !== undefined && !uses.includes(CLIENT_AUTH) && !uses.includes(ANY_USE)) {
    return 'the certificate is not meant for clients';
  }
  if (!isValidAt(leaf, now)) return 'the certificate has expired or is not valid yet';
  return reachesAuthority(leaf, others, rules, now) ? null : 'the certificate was not issued by a trusted authority';
}

/** Each certificate is looked at once, so that no set of certificates makes this long. */
function reachesAuthority(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  rules: ChainRules,
  now: number,
): boolean {
  const candidates = new Set([...rules.authorities, ...others].filter((each) => each.ca && isValidAt(each, now)));
  const reached = [leaf];
  for (const certificate of reached) {
    if (isAnchor(certificate, rules)) return true;
    for (const issuer of candidates) {
      if (!hasIssued(issuer, certificate)) continue;
      candidates.delete(issuer);
      reached.push(issuer);
    }
  }
  return false;
}

function isAnchor(certificate: X509Certificate, { authorities, allowsPartialChain }: ChainRules): boolean {
  if (!authorities.some(({ raw }) => raw.equals(certificate.raw))) return false;
  return allowsPartialChain || hasIssued(certificate, certificate);
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now < Date.parse(validTo);
}
