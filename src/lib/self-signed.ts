import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  explicit,
  implicit,
  integer,
  NULL,
  octetString,
  oid,
  sequence,
  set,
  time,
  TRUE,
  utf8,
} from './der.ts';

/** A certificate with its private key, both PEM. */
export interface SelfSignedPair {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate is made for. */
export interface SelfSignedOptions {
  /** Host names and addresses; the first one is the subject. */
  readonly names: readonly [string, ...string[]];
  /** `ec` is P-256, made in a millisecond; `rsa` has 2048 bits and takes a hundred. */
  readonly keyType?: 'ec' | 'rsa';
  /** Beginning of the time it is valid, milliseconds. */
  readonly notBeforeMs: number;
  readonly days: number;
}

const DAY_MS = 86_400_000;
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const sha256WithRsa = sequence(oid('1.2.840.113549.1.1.11'), NULL);

/** Makes a key and a certificate for it that it signs itself (RFC 5280), for TLS servers. */
export function selfSignedPair(options: SelfSignedOptions): SelfSignedPair {
  const isRsa = options.keyType === 'rsa';
  const { publicKey, privateKey } = isRsa
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = isRsa ? sha256WithRsa : ecdsaWithSha256;
  const content = certificateContent(options, publicKey, algorithm);
  const certificate = sequence(content, algorithm, bitString(sign('sha256', content, privateKey)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** `TBSCertificate` of RFC 5280 §4.1. */
function certificateContent(options: SelfSignedOptions, publicKey: KeyObject, algorithm: Buffer): Buffer {
  const { names, notBeforeMs, days } = options;
  const subject = sequence(set(sequence(oid('2.5.4.3'), utf8(names[0]))));
  return sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    subject,
    sequence(time(notBeforeMs), time(notBeforeMs + days * DAY_MS)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(names))),
  );
}

function extensions(names: readonly string[]): readonly Buffer[] {
  return [
    // basicConstraints, critical, not an authority.
    sequence(oid('2.5.29.19'), TRUE, octetString(sequence())),
    // extKeyUsage: serverAuth.
    sequence(oid('2.5.29.37'), octetString(sequence(oid('1.3.6.1.5.5.7.3.1')))),
    // subjectAltName.
    sequence(oid('2.5.29.17'), octetString(sequence(...names.map(alternativeName)))),
  ];
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 4 ? implicit(7, Buffer.from(name.split('.').map(Number))) : implicit(2, Buffer.from(name));
}

/** Positive and of sixteen bytes (RFC 5280 §4.1.2.2). */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}
