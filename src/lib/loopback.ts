import { isIP } from 'node:net';

/** True for addresses that only this machine can reach: 127.0.0.0/8, `::1` and `localhost`. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
