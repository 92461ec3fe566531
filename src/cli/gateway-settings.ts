import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { Secret } from '../lib/secret.ts';
import type { KeyPair, TlsPolicy } from '../runtime/listen/tls-policy.ts';
import type { ListenLimits } from '../runtime/listen/listen-limits.ts';
import type { DnsSettings, GatewaySettings } from '../runtime/settings.ts';
import type { Settings } from './setting-table.ts';
import { type TlsSuite, tlsSuites } from './tls-suites.ts';
import { UsageError } from './usage-error.ts';

/**
 * What the gateway is told, from the settings of the process.
 * @throws {UsageError} when certificates and keys do not belong together
 */
export function gatewaySettings(settings: Settings): GatewaySettings {
  const clientPairs = keyPairs('client_ssl', settings.client_ssl_cert, settings.client_ssl_cert_key);
  return {
    trustedIps: settings.trusted_ips,
    realIpHeader: settings.real_ip_header,
    realIpRecursive: settings.real_ip_recursive,
    portMaps: settings.port_maps,
    routerFlavor: settings.router_flavor,
    errorDefaultType: settings.error_default_type,
    clientMaxBodyBytes: settings.client_max_body_size,
    limits: limitsOf(settings),
    tls: tlsPolicy(settings),
    defaultCertificates: keyPairs('ssl', settings.ssl_cert, settings.ssl_cert_key),
    upstreamTls: {
      clientCertificate: settings.client_ssl ? (clientPairs[0] ?? null) : null,
      trustedCertificates: settings.lua_ssl_trusted_certificate,
    },
    upstreamKeepAlive: {
      poolSize: settings.upstream_keepalive_pool_size,
      idleTimeoutMs: settings.upstream_keepalive_idle_timeout,
      maxRequests: settings.upstream_keepalive_max_requests,
    },
    dns: dnsSettings(settings),
    accessLog: settings.proxy_access_log,
    authDebugHeader: settings.auth_debug_header,
    deniedIdpAddresses: settings.idp_denied_addresses,
    ownHeaders: { ...settings.headers, upstreamRequestId: settings.headers_upstream },
  };
}

/** How TLS is spoken on the listeners. As in Kong, `ssl_protocols` and its fellows count in a `custom` suite only. */
export function tlsPolicy(settings: Settings): TlsPolicy {
  const {
    ssl_cipher_suite: name,
    ssl_protocols: [minVersion, maxVersion],
  } = settings;
  const custom: TlsSuite = {
    minVersion,
    maxVersion,
    ciphers: settings.ssl_ciphers,
    prefersServerCiphers: settings.ssl_prefer_server_ciphers,
  };
  return {
    ...(name === 'custom' ? custom : tlsSuites[name]),
    hasSessionTickets: settings.ssl_session_tickets,
    sessionTimeoutMs: settings.ssl_session_timeout,
  };
}

/**
 * Certificates with their keys. `prefix` names the settings: `ssl` for `ssl_cert` and `ssl_cert_key`.
 * @throws {UsageError} when one lacks the other, or they do not belong together
 */
export function keyPairs(prefix: string, certs: readonly string[], keys: readonly Secret[]): readonly KeyPair[] {
  if (certs.length !== keys.length) {
    throw new UsageError(
      `${prefix}_cert has ${certs.length} certificates and ${prefix}_cert_key has ${keys.length} keys`,
    );
  }
  return certs.map((cert, index) => {
    const key = keys[index];
    if (key === undefined || !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key.reveal()))) {
      const which = certs.length === 1 ? 'the key' : `key ${index + 1}`;
      throw new UsageError(`${which} of ${prefix}_cert_key is not that of the certificate in ${prefix}_cert`);
    }
    return { cert, key };
  });
}

function limitsOf(settings: Settings): ListenLimits {
  const { count, bytes } = settings.large_client_header_buffers;
  return {
    headerBytes: count * bytes,
    headerLineBytes: bytes,
    headerCount: settings.max_headers,
    headerTimeoutMs: settings.client_header_timeout,
    bodyTimeoutMs: settings.client_body_timeout,
    sendTimeoutMs: settings.send_timeout,
    keepAliveTimeoutMs: settings.keepalive_timeout,
    keepAliveRequests: settings.keepalive_requests,
    connections: settings.worker_connections,
    http2Streams: settings.http2_max_concurrent_streams,
  };
}

function dnsSettings(settings: Settings): DnsSettings {
  return {
    resolvers: settings.dns_resolver,
    hostsFile: settings.dns_hostsfile,
    order: settings.dns_order,
    validTtlMs: settings.dns_valid_ttl,
    staleTtlMs: settings.dns_stale_ttl,
    notFoundTtlMs: settings.dns_not_found_ttl,
    errorTtlMs: settings.dns_error_ttl,
    cacheSize: settings.dns_cache_size,
  };
}
