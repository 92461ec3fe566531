import { textOf } from '../../config/draft.ts';
import { isLoopbackHost } from '../../lib/loopback.ts';
import { isSet, type LintContext, nameOf } from '../context.ts';
import { authPlugins } from '../plugin-kinds.ts';
import type { LintRule } from '../rule.ts';
import { hostOf, isPublicHost, portOf } from '../service-address.ts';
import { protocolOf } from '../spoken-protocols.ts';

const timeouts = ['connect_timeout', 'read_timeout', 'write_timeout'];

/** A service that waits a minute because nobody thought about it. */
export const defaultTimeouts: LintRule = {
  name: 'default-timeouts',
  severity: 'off',
  title: 'a service without timeouts of its own',
  explanation:
    'A service that does not say otherwise waits 60 seconds to connect, and as long between two reads or writes. While ' +
    'it waits, clients and connections pile up. Set "connect_timeout", "read_timeout" and "write_timeout", in ' +
    'milliseconds, to what its clients can bear; "_info.defaults.service" sets them for all.',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
  connect_timeout: 2000
  read_timeout: 10000
  write_timeout: 10000
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    for (const service of context.all('services')) {
      const missing = timeouts.filter((field) => !isSet(service.fields, field));
      if (missing.length === 0) continue;
      const fields = missing.map((field) => `"${field}"`).join(', ');
      const message = `${nameOf(service)} has no ${fields}: it waits 60 seconds`;
      report({ place: service, message, hint: 'set them in milliseconds' });
    }
  },
};

/** A service over the networks of others without TLS. */
export const plainHttpService: LintRule = {
  name: 'plain-http-service',
  severity: 'info',
  title: 'a service on a public host without TLS',
  explanation:
    'Requests to this service, with the credentials and data in them, go unencrypted over networks of others. Private ' +
    'addresses, names without a dot and names such as "x.internal" or "x.svc.cluster.local" are left alone.',
  bad: `services:
- name: payments
  url: http://api.payments.example.com
  routes:
  - name: payments
    paths: [/payments]`,
  good: `services:
- name: payments
  url: https://api.payments.example.com
  routes:
  - name: payments
    paths: [/payments]`,
  check(context, report) {
    const upstreams = new Set(context.all('upstreams').map(({ fields }) => textOf(fields.name)));
    for (const service of context.all('services')) {
      const host = hostOf(service);
      if (protocolOf(service) !== 'http' || upstreams.has(host) || !isPublicHost(host)) continue;
      const path = isSet(service.fields, 'url') ? ['url'] : ['host'];
      const message = `${nameOf(service)} is asked at a public host by plain http`;
      report({ place: service, path, message, hint: 'use https' });
    }
  },
};

/** TLS that anybody can answer. */
export const tlsVerifyOff: LintRule = {
  name: 'tls-verify-off',
  severity: 'warning',
  title: 'certificates of the other side are not verified',
  explanation:
    'With "tls_verify", "ssl_verify" or "https_verify_certificate" off, whoever can get into the connection can answer ' +
    'in the place of the service, the identity provider or the Redis server, and read what is sent. Turn it on, and ' +
    'name the CA in "ca_certificates" or "lua_ssl_trusted_certificate" if it is a private one.',
  bad: `services:
- name: orders
  protocol: https
  host: orders.internal
  port: 443
  tls_verify: false
  routes:
  - name: orders
    paths: [/orders]`,
  good: `services:
- name: orders
  protocol: https
  host: orders.internal
  port: 443
  tls_verify: true
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    const hint = 'turn it on; a private CA can be trusted by name';
    for (const service of context.all('services')) {
      if (service.fields.tls_verify !== false) continue;
      const message = `"tls_verify" is off: anybody can answer in the place of ${nameOf(service)}`;
      report({ place: service, path: ['tls_verify'], at: 'key', message, hint });
    }
    for (const { config, isEnabled } of context.plugins) {
      if (isEnabled)
        reportVerifyOff(config.value, [], (path, name) => {
          const message = `"${name}" is off: anybody can answer in the place of the server that this plugin asks`;
          report({ place: config.placeOf(path), at: 'key', message, hint });
        });
    }
  },
};

const verifyFields = new Set([
  'ssl_verify',
  'tls_verify',
  'tls_certificate_verify',
  'verify_ldap_host',
  'http_proxy_verify',
]);

function reportVerifyOff(
  value: unknown,
  path: readonly (string | number)[],
  report: (path: readonly (string | number)[], name: string) => void,
): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (inner === false && verifyFields.has(key)) report(at, key);
    else reportVerifyOff(inner, at, report);
  }
}

/** A service that nothing leads to. */
export const serviceWithoutRoutes: LintRule = {
  name: 'service-without-routes',
  severity: 'info',
  title: 'a service without routes',
  explanation: 'No route leads to this service, so no request gets there. Add a route, or remove the service.',
  bad: `services:
- name: orders
  url: https://orders.internal`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    for (const service of context.all('services')) {
      if (context.routesOf(service).length > 0) continue;
      report({ place: service, message: `no route leads to ${nameOf(service)}` });
    }
  },
};

/** The Admin API where everybody can reach it. */
export const openAdminApi: LintRule = {
  name: 'open-admin-api',
  severity: 'warning',
  title: 'a route to the Admin API without authentication',
  explanation:
    'The service is the Admin API of this gateway: port 8001 or 8444 of this machine. Whoever can call it can change ' +
    'every route and read every secret. Protect its route with an authentication plugin, or remove it.',
  bad: `services:
- name: admin
  url: http://127.0.0.1:8001
  routes:
  - name: admin
    paths: [/admin-api]`,
  good: `services:
- name: admin
  url: http://127.0.0.1:8001
  routes:
  - name: admin
    paths: [/admin-api]
    plugins:
    - name: key-auth
      config: { hide_credentials: true }`,
  check(context, report) {
    for (const service of context.all('services')) {
      if (!isLoopbackHost(hostOf(service)) || ![8001, 8444].includes(portOf(service))) continue;
      for (const route of context.routesOf(service)) {
        if ([...context.pluginsFor(route)].some(({ name }) => authPlugins.has(name))) continue;
        const message = `${nameOf(route)} leads to the Admin API, and no plugin asks who is calling`;
        report({ place: route, message, hint: 'add an authentication plugin, or remove the route' });
      }
    }
  },
};

function isDisabled(context: LintContext, route: Parameters<LintContext['owner']>[0]): boolean {
  return context.owner(route, 'service')?.fields.enabled === false;
}

/** Plugins that wait for a service that is off. */
export const pluginOnDisabledService: LintRule = {
  name: 'plugin-on-disabled-service',
  severity: 'info',
  title: 'a plugin on a service that is disabled',
  explanation:
    'Routes of a service with "enabled: false" are not there at all, so plugins of that service and of its routes do ' +
    'nothing. Remove them together with the service, or enable it.',
  bad: `services:
- name: orders
  url: https://orders.internal
  enabled: false
  routes:
  - name: orders
    paths: [/orders]
  plugins:
  - name: correlation-id`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]
  plugins:
  - name: correlation-id`,
  check(context, report) {
    for (const { draft, name, isEnabled, service, route } of context.plugins) {
      const isIdle = service?.fields.enabled === false || (route !== null && isDisabled(context, route));
      if (!isEnabled || !isIdle) continue;
      report({ place: draft, path: ['name'], message: `plugin "${name}" does nothing: its service is disabled` });
    }
  },
};
