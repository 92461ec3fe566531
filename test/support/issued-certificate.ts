import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { bitString, explicit, integer, octetString, oid, sequence, set, time, TRUE, utf8 } from '../../src/lib/der.ts';

/** What a certificate says; without `issuer` it is signed by its own key. */
export interface IssuedOptions {
  readonly name: string;
  readonly issuer?: IssuedCertificate;
  readonly isAuthority?: boolean;
  /** Extended key usage; none when left out. */
  readonly use?: 'clientAuth' | 'serverAuth';
  /** Milliseconds; default: since yesterday, for a month. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}

/** A certificate of a test, with its key. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly x509: X509Certificate;
  readonly name: string;
  readonly privateKey: KeyObject;
}

const DAY_MS = 86_400_000;
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const uses = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' };

/** Makes a key (P-256) and a certificate for it (RFC 5280). */
export function issueCertificate(options: IssuedOptions): IssuedCertificate {
  const { name, issuer, use, isAuthority = false } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { notBefore = Date.now() - DAY_MS, notAfter = Date.now() + 30 * DAY_MS } = options;
  const extensions = [
    sequence(oid('2.5.29.19'), TRUE, octetString(isAuthority ? sequence(TRUE) : sequence())),
    ...(use === undefined ? [] : [sequence(oid('2.5.29.37'), octetString(sequence(oid(uses[use]))))]),
  ];
  const content = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(issuer?.name ?? name),
    sequence(time(notBefore), time(notAfter)),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
  const signature = sign('sha256', content, issuer?.privateKey ?? privateKey);
  const x509 = new X509Certificate(sequence(content, ecdsaWithSha256, bitString(signature)));
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert: x509.toString(), key, x509, name, privateKey };
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), utf8(name))));
}
