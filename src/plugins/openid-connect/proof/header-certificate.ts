import { X509Certificate } from 'node:crypto';
import type { CaCertificate } from '../../../entities/certificate.ts';
import { chainFault, type ChainRules } from '../../../lib/certificate-chain.ts';
import type { Clock } from '../../../lib/clock.ts';
import { LruMap } from '../../../lib/lru-map.ts';
import type { ExchangeRequest } from '../../../pdk/exchange.ts';
import type { CertificateHeader } from '../config.ts';

/** Where a proxy in front puts the certificate of its client, and when to believe it. */
export interface HeaderCertificateSettings {
  /** In lower case. */
  readonly name: string;
  readonly format: 'url_encoded' | 'base64_encoded';
  /** Ids of CA certificates. */
  readonly authorities: readonly string[];
  readonly allowsPartialChain: boolean;
  /** Believed from `trusted_ips` only. */
  readonly needsTrustedSource: boolean;
  /** With `STRICT`, no certificate is good whose revocation cannot be looked up; gw looks none up. */
  readonly needsRevocationCheck: boolean;
  /** How long a certificate that passed need not be verified again. */
  readonly cacheTtlMs: number;
}

/** Certificates that passed, by header value: a few kilobytes each. */
const MOST_REMEMBERED = 1000;
/** Certificates that one header may hold. */
const MOST_CERTIFICATES = 10;
const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Null when certificates are those of the connections. */
export function headerCertificateSettings(header: CertificateHeader | null): HeaderCertificateSettings | null {
  if (header === null) return null;
  return {
    name: header.certificate_header_name.toLowerCase(),
    format: header.certificate_header_format ?? 'url_encoded',
    authorities: header.ca_certificates,
    allowsPartialChain: header.allow_partial_chain ?? false,
    needsTrustedSource: header.secure_source ?? true,
    needsRevocationCheck: header.revocation_check_mode === 'STRICT',
    cacheTtlMs: header.cert_cache_ttl ?? 60_000,
  };
}

/** Reads the certificate that a proxy in front says its client has shown, and verifies who issued it. */
export class HeaderCertificates {
  readonly #settings: HeaderCertificateSettings;
  readonly #rules: ChainRules;
  readonly #clock: Clock;
  readonly #passed = new LruMap<string, { readonly der: Buffer; readonly until: number }>(MOST_REMEMBERED);

  /** @param authorities all that the config has */
  constructor(settings: HeaderCertificateSettings, authorities: readonly CaCertificate[], clock: Clock) {
    this.#settings = settings;
    this.#rules = {
      authorities: authorities.filter(({ id }) => settings.authorities.includes(id)).flatMap(({ cert }) => read(cert)),
      allowsPartialChain: settings.allowsPartialChain,
    };
    this.#clock = clock;
  }

  /** How many of the authorities that the config names are in it and can be read; without any, nothing passes. */
  get authorityCount(): number {
    return this.#rules.authorities.length;
  }

  /** The certificate (DER). A text: why there is none that counts, in our own words. */
  find(request: ExchangeRequest): Buffer | string {
    const { name, needsTrustedSource, needsRevocationCheck, cacheTtlMs } = this.#settings;
    const values = request.headerAll(name);
    const [value] = values;
    if (value === undefined) return 'no client certificate was sent';
    if (values.length > 1) return 'more than one client certificate was sent';
    if (needsTrustedSource && !request.isFromTrusted)
      return 'the client certificate does not come from a trusted source';
    if (needsRevocationCheck) return 'the revocation of the client certificate cannot be checked';
    const now = this.#clock.now();
    const passed = this.#passed.get(value);
    if (passed !== undefined && now < passed.until) return passed.der;
    const [leaf, ...others] = certificatesIn(value, this.#settings.format);
    if (leaf === undefined) return 'the client certificate cannot be read';
    const fault = chainFault(leaf, others, this.#rules, now);
    if (fault !== null) return fault;
    this.#passed.set(value, { der: leaf.raw, until: Math.min(now + cacheTtlMs, Date.parse(leaf.validTo)) });
    return leaf.raw;
  }
}

/** The certificate and, behind it, others that a proxy sends along; empty when anything in it is not a certificate. */
function certificatesIn(value: string, format: HeaderCertificateSettings['format']): readonly X509Certificate[] {
  const text = format === 'url_encoded' ? unescaped(value) : value;
  const blocks = text.match(PEM_BLOCK) ?? text.split(',').map(derOf);
  const certificates = blocks.slice(0, MOST_CERTIFICATES).map(read);
  return certificates.some((found) => found.length === 0) ? [] : certificates.flat();
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}

/** Base64 of the DER, bare or between colons as in RFC 9440; of the PEM also, as some proxies send it. */
function derOf(text: string): Buffer {
  return Buffer.from(text.trim().replace(/^:(.*):$/, '$1'), 'base64');
}

function read(certificate: string | Buffer): readonly X509Certificate[] {
  try {
    return [new X509Certificate(certificate)];
  } catch {
    return [];
  }
}
