import { type Draft, textsOf } from '../../config/draft.ts';
import { isSet, type LintContext, nameOf } from '../context.ts';
import { authPlugins } from '../plugin-kinds.ts';
import type { LintRule } from '../rule.ts';
import { protocolsOf } from '../spoken-protocols.ts';

/** A route that takes unencrypted requests. */
export const plainHttpRoute: LintRule = {
  name: 'plain-http-route',
  severity: 'off',
  title: 'a route that takes plain http',
  explanation:
    'A route accepts http as well as https unless "protocols" says otherwise; credentials then cross the network ' +
    'unencrypted. With "protocols: [https]" a request by http is told to use https. Leave this off where TLS ends ' +
    'before the gateway.',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    protocols: [https]
    paths: [/orders]`,
  check(context, report) {
    for (const route of context.all('routes')) {
      if (!protocolsOf(route).includes('http')) continue;
      const path = isSet(route.fields, 'protocols') ? ['protocols'] : [];
      report({ place: route, path, message: `${nameOf(route)} takes plain http`, hint: 'set "protocols" to [https]' });
    }
  },
};

function isCatchAll(route: Draft): boolean {
  const conditions = ['hosts', 'methods', 'headers', 'snis', 'expression', 'sources', 'destinations'];
  if (conditions.some((field) => isSet(route.fields, field))) return false;
  return textsOf(route.fields.paths).some(([, path]) => path === '/' || /^~\/(?:\.\*|\(\.\*\))?\$?$/.test(path));
}

function hasAuth(context: LintContext, route: Draft): boolean {
  for (const { name } of context.pluginsFor(route)) if (authPlugins.has(name)) return true;
  return false;
}

/** A route for everything that asks nobody who they are. */
export const openCatchAll: LintRule = {
  name: 'open-catch-all',
  severity: 'info',
  title: 'a route for every path without authentication',
  explanation:
    'A route whose only condition is the path "/" takes every request that no other route takes, so that everything ' +
    'behind its service is open. Give it hosts or longer paths, or an authentication plugin.',
  bad: `services:
- name: shop
  url: https://shop.internal
  routes:
  - name: everything
    paths: [/]`,
  good: `services:
- name: shop
  url: https://shop.internal
  routes:
  - name: everything
    hosts: [shop.example.com]
    paths: [/]`,
  check(context, report) {
    for (const route of context.all('routes')) {
      if (!isCatchAll(route) || hasAuth(context, route)) continue;
      const message = `${nameOf(route)} takes every path of every host, and no plugin asks who is calling`;
      report({ place: route, path: ['paths'], message, hint: 'add "hosts", longer paths or an authentication plugin' });
    }
  },
};

/** A route without an authentication plugin. */
export const routeWithoutAuth: LintRule = {
  name: 'route-without-auth',
  severity: 'off',
  title: 'a route without an authentication plugin',
  explanation:
    'No enabled authentication plugin runs for this route: neither its own, nor one of its service, nor a global one. ' +
    'Turn this on where every route must know its caller, and ignore the finding on those that are open on purpose.',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
  plugins:
  - name: key-auth
    config: { hide_credentials: true }
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    for (const route of context.all('routes')) {
      if (hasAuth(context, route)) continue;
      report({ place: route, message: `no authentication plugin runs for ${nameOf(route)}` });
    }
  },
};

const limits = new Set(['rate-limiting', 'rate-limiting-advanced', 'service-protection', 'ai-rate-limiting-advanced']);

/** A route that anybody can call as often as they like. */
export const routeWithoutRateLimit: LintRule = {
  name: 'route-without-rate-limit',
  severity: 'off',
  title: 'a route without a rate limit',
  explanation:
    "No enabled rate-limiting plugin runs for this route: neither its own, nor its service's, nor a global one.",
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
  plugins:
  - name: rate-limiting
    config: { minute: 60, policy: local }
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    for (const route of context.all('routes')) {
      if ([...context.pluginsFor(route)].some(({ name }) => limits.has(name))) continue;
      report({ place: route, message: `no rate limit holds for ${nameOf(route)}` });
    }
  },
};
