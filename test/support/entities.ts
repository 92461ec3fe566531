import { randomUUID } from 'node:crypto';
import type { Consumer } from '../../src/entities/consumer.ts';
import { noConditions, pluginDefaults, routeDefaults, serviceDefaults } from '../../src/entities/defaults.ts';
import { emptyEntitySet, type EntitySet } from '../../src/entities/entity-set.ts';
import type { Plugin } from '../../src/entities/plugin.ts';
import type { Route } from '../../src/entities/route.ts';
import type { Service } from '../../src/entities/service.ts';
import type { Target, Upstream } from '../../src/entities/upstream.ts';

/** A service with Kong's defaults; `url` sets protocol, host, port and path. */
export function service(url: string, fields: Partial<Service> = {}): Service {
  const { protocol, hostname, port, pathname } = new URL(url);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  return {
    ...serviceDefaults,
    id: randomUUID(),
    name: null,
    protocol: scheme,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port),
    path: pathname === '/' ? null : pathname,
    tls_verify: null,
    tls_verify_depth: null,
    ca_certificates: null,
    client_certificate: null,
    tags: null,
    created_at: 0,
    updated_at: 0,
    ...fields,
  };
}

/** A route with Kong's defaults; matches every path unless `fields` says otherwise. */
export function route(owner: Service | null, fields: Partial<Route> = {}): Route {
  return {
    ...routeDefaults,
    id: randomUUID(),
    name: null,
    service: owner === null ? null : { id: owner.id },
    ...noConditions,
    paths: ['/'],
    expression: null,
    priority: null,
    tags: null,
    created_at: 0,
    updated_at: 0,
    ...fields,
  };
}

/** A plugin entity; global unless `fields` names a scope. */
export function plugin(name: string, fields: Partial<Plugin> = {}): Plugin {
  return {
    id: randomUUID(),
    name,
    instance_name: null,
    ...pluginDefaults,
    config: {},
    service: null,
    route: null,
    consumer: null,
    consumer_group: null,
    tags: null,
    created_at: 0,
    updated_at: 0,
    ...fields,
  };
}

/** A consumer known by its username. */
export function consumer(username: string, fields: Partial<Consumer> = {}): Consumer {
  return { id: randomUUID(), username, custom_id: null, tags: null, created_at: 0, updated_at: 0, ...fields };
}

/** A whole config. */
export function entities(parts: Partial<EntitySet>): EntitySet {
  return { ...emptyEntitySet, ...parts };
}

/** What may be said of an upstream's health checks; the rest is as Kong has it. */
export interface HealthChecks {
  readonly threshold?: number;
  readonly active?: Partial<Omit<Active, 'healthy' | 'unhealthy'>> & {
    readonly healthy?: Partial<Active['healthy']>;
    readonly unhealthy?: Partial<Active['unhealthy']>;
  };
  readonly passive?: Partial<Omit<Passive, 'healthy' | 'unhealthy'>> & {
    readonly healthy?: Partial<Passive['healthy']>;
    readonly unhealthy?: Partial<Passive['unhealthy']>;
  };
}

type Active = Upstream['healthchecks']['active'];
type Passive = Upstream['healthchecks']['passive'];

/** Health checks with Kong's defaults, all of them off. */
export function healthchecks({
  threshold = 0,
  active = {},
  passive = {},
}: HealthChecks = {}): Upstream['healthchecks'] {
  const failures = { tcp_failures: 0, timeouts: 0, http_failures: 0 };
  return {
    threshold,
    active: {
      type: 'http',
      timeout: 1,
      concurrency: 10,
      http_path: '/',
      https_verify_certificate: true,
      ...active,
      healthy: { interval: 0, http_statuses: [200, 302], successes: 0, ...active.healthy },
      unhealthy: {
        interval: 0,
        http_statuses: [429, 404, 500, 501, 502, 503, 504, 505],
        ...failures,
        ...active.unhealthy,
      },
    },
    passive: {
      type: 'http',
      ...passive,
      healthy: { http_statuses: [200, 201, 204, 301, 302, 304], successes: 0, ...passive.healthy },
      unhealthy: { http_statuses: [429, 500, 503], ...failures, ...passive.unhealthy },
    },
  };
}

/** An upstream with Kong's defaults. */
export function upstream(name: string, fields: Partial<Upstream> = {}): Upstream {
  return {
    id: randomUUID(),
    name,
    algorithm: 'round-robin',
    hash_on: 'none',
    hash_fallback: 'none',
    hash_on_cookie_path: '/',
    slots: 10_000,
    healthchecks: healthchecks(),
    use_srv_name: false,
    created_at: 0,
    updated_at: 0,
    ...fields,
  };
}

/** A target, `host:port`, with Kong's weight. */
export function target(owner: Upstream, address: string, fields: Partial<Target> = {}): Target {
  return {
    id: randomUUID(),
    upstream: { id: owner.id },
    target: address,
    weight: 100,
    created_at: 0,
    updated_at: 0,
    ...fields,
  };
}
