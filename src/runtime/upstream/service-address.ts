import type { Service } from '../../entities/service.ts';

/** Where a service points, and how it is spoken to. */
export type ServiceAddress = Pick<Service, 'protocol' | 'host' | 'port'>;

/** Protocols that run on TLS. */
const TLS_PROTOCOLS: ReadonlySet<string> = new Set(['https', 'grpcs', 'wss', 'tls']);

/** Whether connections for a service protocol are encrypted by the gateway. */
export function isTlsProtocol(protocol: string): boolean {
  return TLS_PROTOCOLS.has(protocol);
}

/** `http://host:port`; an IPv6 address gets its brackets. */
export function originOf({ protocol, host, port }: ServiceAddress): string {
  return `${protocol}://${bracketed(host)}:${port}`;
}

/** The Host header for an address: the port is left out when it is the protocol's own. */
export function hostHeaderOf({ protocol, host, port }: ServiceAddress): string {
  const isDefault = port === (isTlsProtocol(protocol) ? 443 : 80);
  return isDefault ? bracketed(host) : `${bracketed(host)}:${port}`;
}

/** `[::1]` for `::1`; anything else as it is. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/**
 * The Host header for one target of an upstream. As in Kong a port that is not the protocol's own is added to a
 * `host_header` too, unless that has one.
 */
export function targetHostHeader(protocol: Service['protocol'], host: string, port: number): string {
  return /^(?:[^:]+|\[[^\]]+\]):\d+$/.test(host) ? host : hostHeaderOf({ protocol, host, port });
}
