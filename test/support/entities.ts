import { randomUUID } from 'node:crypto';
import type { Consumer } from '../../src/entities/consumer.ts';
import { pluginDefaults, routeDefaults, serviceDefaults } from '../../src/entities/defaults.ts';
import { emptyEntitySet, type EntitySet } from '../../src/entities/entity-set.ts';
import type { Plugin } from '../../src/entities/plugin.ts';
import type { Route } from '../../src/entities/route.ts';
import type { Service } from '../../src/entities/service.ts';

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
    methods: null,
    hosts: null,
    paths: ['/'],
    headers: null,
    snis: null,
    sources: null,
    destinations: null,
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
