import { textsOf } from '../../config/draft.ts';
import { type LintContext, nameOf, type ScopedPlugin } from '../context.ts';
import { hidingPlugins } from '../plugin-kinds.ts';
import type { LintRule } from '../rule.ts';

/** Plugins that are there and do nothing. */
export const disabledPlugin: LintRule = {
  name: 'disabled-plugin',
  severity: 'off',
  title: 'a plugin that is disabled',
  explanation: 'A plugin with "enabled: false" does nothing, and does not keep plugins of wider scopes from running.',
  bad: `plugins:
- name: correlation-id
  enabled: false`,
  good: `plugins:
- name: correlation-id`,
  check(context, report) {
    for (const { draft, name, isEnabled } of context.plugins) {
      if (isEnabled) continue;
      report({ place: draft, path: ['enabled'], at: 'key', message: `plugin "${name}" is disabled` });
    }
  },
};

/** CORS for everybody, with cookies. */
export const corsWildcardCredentials: LintRule = {
  name: 'cors-wildcard-credentials',
  severity: 'warning',
  title: 'every site may send requests with credentials (CORS)',
  explanation:
    'With "credentials: true" and the origin "*", or none at all, any web site can call this API with the cookies of a ' +
    'visitor. Browsers refuse the literal "*" with credentials, so the plugin answers with the origin it was sent: the ' +
    'check is gone. List the origins.',
  bad: `plugins:
- name: cors
  config:
    origins: ["*"]
    credentials: true`,
  good: `plugins:
- name: cors
  config:
    origins: ["https://shop.example.com"]
    credentials: true`,
  check(context, report) {
    for (const { name, isEnabled, config } of context.plugins) {
      if (name !== 'cors' || !isEnabled || config.value.credentials !== true) continue;
      const origins = textsOf(config.value.origins);
      const open = origins.find(([, origin]) => /^(?:\*|\^?\.\*\$?)$/.test(origin));
      if (origins.length > 0 && open === undefined) continue;
      const place = config.placeOf(open === undefined ? ['credentials'] : ['origins', open[0]]);
      report({
        place,
        message: 'every web site can call this with the credentials of its visitors',
        hint: 'list the origins',
      });
    }
  },
};

/** Credentials for the gateway that the service gets to see. */
export const credentialsSentUpstream: LintRule = {
  name: 'credentials-sent-upstream',
  severity: 'off',
  title: 'credentials of clients are passed on to the service',
  explanation:
    'Unless "hide_credentials" is on, the API key, password or token that a client shows to the gateway is passed on ' +
    'to the service, and into its logs.',
  bad: `plugins:
- name: key-auth`,
  good: `plugins:
- name: key-auth
  config: { hide_credentials: true }`,
  check(context, report) {
    for (const { name, isEnabled, config, draft } of context.plugins) {
      if (!isEnabled || !hidingPlugins.has(name) || config.value.hide_credentials === true) continue;
      const isSaid = config.value.hide_credentials !== undefined;
      const place = isSaid ? config.placeOf(['hide_credentials']) : { ...draft, path: [...draft.path, 'name'] };
      const message = `plugin "${name}" passes the credentials of clients on to the service`;
      report({ place, message, hint: 'set "hide_credentials" to true' });
    }
  },
};

/** A plugin in whose place another runs everywhere. */
export const overriddenPlugin: LintRule = {
  name: 'overridden-plugin',
  severity: 'info',
  title: 'a plugin that more specific ones replace everywhere',
  explanation:
    'Of the plugins with one name, only the most specific runs for a request: one of the route before one of the ' +
    'service, that before a global one. Every route that this plugin could run for has one of its own, so it never runs.',
  bad: `services:
- name: orders
  url: https://orders.internal
  plugins:
  - name: rate-limiting
    config: { minute: 60, policy: local }
  routes:
  - name: orders
    paths: [/orders]
    plugins:
    - name: rate-limiting
      config: { minute: 5, policy: local }`,
  good: `services:
- name: orders
  url: https://orders.internal
  plugins:
  - name: rate-limiting
    config: { minute: 60, policy: local }
  routes:
  - name: orders
    paths: [/orders]
    plugins:
    - name: rate-limiting
      config: { minute: 5, policy: local }
  - name: invoices
    paths: [/invoices]`,
  check(context, report) {
    const globalRoutes = new Map<string, boolean>();
    const globals = new Set(context.globalPlugins);
    for (const plugin of context.plugins) {
      const { draft, name, service, route, consumer, group, isEnabled } = plugin;
      if (!isEnabled || route !== null || consumer !== null || group !== null) continue;
      if (service === null && !globals.has(plugin)) continue;
      const routes = service === null ? context.all('routes') : context.routesOf(service);
      let isReplaced = service === null ? globalRoutes.get(name) : undefined;
      isReplaced ??= routes.length > 0 && routes.every((candidate) => hasMoreSpecific(context, candidate, plugin));
      if (service === null) globalRoutes.set(name, isReplaced);
      if (!isReplaced) continue;
      const scope = service === null ? 'every route' : `every route of ${nameOf(service)}`;
      const message = `plugin "${name}" never runs: ${scope} has one of its own`;
      report({ place: draft, path: ['name'], message, hint: 'remove it, or the ones that replace it' });
    }
  },
};

function hasMoreSpecific(
  context: LintContext,
  route: ScopedPlugin['draft'],
  { draft, name, service }: ScopedPlugin,
): boolean {
  const owner = context.owner(route, 'service');
  const candidates = [
    ...context.pluginsOf(route),
    ...(service !== null || owner === null ? [] : context.pluginsOf(owner)),
  ];
  return candidates.some(
    (other) =>
      other.draft !== draft &&
      other.name === name &&
      other.isEnabled &&
      other.consumer === null &&
      other.group === null,
  );
}
