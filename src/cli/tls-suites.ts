import type { SecureVersion } from 'node:tls';
import { INTERMEDIATE_CIPHERS, type TlsPolicy } from '../runtime/listen/tls-policy.ts';
import { UsageError } from './usage-error.ts';

/** What a cipher suite decides. */
export type TlsSuite = Pick<TlsPolicy, 'minVersion' | 'maxVersion' | 'ciphers' | 'prefersServerCiphers'>;

/** The names `ssl_cipher_suite` takes, but for `custom`. */
export type SuiteName = 'modern' | 'intermediate' | 'old' | 'fips';

/** Oldest first. */
const versions: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

const OLD_CIPHERS = [
  INTERMEDIATE_CIPHERS,
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'DHE-RSA-AES128-SHA256',
  'DHE-RSA-AES256-SHA256',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA256',
  'AES256-SHA256',
  'AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
  // OpenSSL 3 refuses SHA-1 signatures, and with them TLS 1.0 and 1.1, at its default level.
  '@SECLEVEL=0',
].join(':');

/** Mozilla's suites, version 5.7, and Kong's `fips`; as Kong has it, they decide the versions too. */
export const tlsSuites: Readonly<Record<SuiteName, TlsSuite>> = {
  modern: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: null, prefersServerCiphers: false },
  intermediate: {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: INTERMEDIATE_CIPHERS,
    prefersServerCiphers: false,
  },
  old: { minVersion: 'TLSv1', maxVersion: 'TLSv1.3', ciphers: OLD_CIPHERS, prefersServerCiphers: true },
  fips: {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    ciphers: 'TLSv1.2+FIPS:kRSA+FIPS:!eNULL:!aNULL',
    prefersServerCiphers: true,
  },
};

/** The oldest and the newest TLS version of a list. */
export type VersionRange = readonly [oldest: SecureVersion, newest: SecureVersion];

/** Reads `TLSv1.2 TLSv1.3`. Versions between the oldest and the newest are spoken too. @throws {UsageError} */
export function parseProtocols(text: string): VersionRange {
  const named = text.split(/[\s,]+/).filter((word) => word !== '');
  const unknown = named.find((word) => !(versions as readonly string[]).includes(word));
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is not one of ${versions.join(', ')}`);
  const spoken = versions.filter((version) => named.includes(version));
  const [oldest] = spoken;
  const newest = spoken.at(-1);
  if (oldest === undefined || newest === undefined) throw new UsageError('name at least one TLS version');
  return [oldest, newest];
}
