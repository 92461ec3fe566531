import { isIP } from 'node:net';
import { type Draft, textOf } from '../config/draft.ts';
import { serviceDefaults } from '../entities/defaults.ts';
import { isLoopbackHost } from '../lib/loopback.ts';

/** The host of a service, from `url` or `host`, without brackets; empty when there is none. */
export function hostOf({ fields }: Draft): string {
  const url = textOf(fields.url);
  const host = url !== null && URL.canParse(url) ? new URL(url).hostname : (textOf(fields.host) ?? '');
  return host.replace(/^\[|\]$/g, '');
}

/** The port of a service. */
export function portOf({ fields }: Draft): number {
  const url = textOf(fields.url);
  const isTls = url === null ? false : /^(?:https|grpcs|tls|wss):/i.test(url);
  const written = /^[a-z_]+:\/\/[^/]*:(\d+)/i.exec(url ?? '')?.[1];
  if (url !== null) return written === undefined ? (isTls ? 443 : 80) : Number(written);
  return typeof fields.port === 'number' ? fields.port : serviceDefaults.port;
}

/** Endings of names that only a private network resolves (RFC 6762, RFC 8375, RFC 9476 and the habits of clusters). */
const privateNames =
  /\.(?:local|localhost|internal|intranet|lan|home|corp|private|svc|consul|test|invalid|home\.arpa)$/i;

/** Addresses of RFC 1918, RFC 6598, RFC 3927 and RFC 4193, RFC 4291. */
const privateAddresses =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd]|fe[89ab])/i;

/** Whether a host is reached over networks of others. Names without a dot, and those of a cluster, are not. */
export function isPublicHost(host: string): boolean {
  if (host === '' || isLoopbackHost(host)) return false;
  if (isIP(host) !== 0) return !privateAddresses.test(host);
  return host.includes('.') && !privateNames.test(host.replace(/\.$/, '')) && !host.includes('.svc.');
}
