import { hostname } from 'node:os';
import { version } from '../../lib/package-info.ts';
import type { AdminReply } from '../../pdk/admin.ts';
import type { ConfigManager } from '../../runtime/config-manager.ts';
import type { Gateway } from '../../runtime/gateway.ts';
import type { Endpoint } from '../endpoint.ts';
import { nodeId } from '../node-id.ts';

/** The Kong release whose contract the Admin API follows; clients such as decK choose their behaviour by it. */
const KONG_VERSION = '3.10.0';

/** What these endpoints report on. */
interface Node {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
  /** For `configuration`; nothing secret. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Endpoints about the process: `/` and `/kong`, `/status`, `/plugins/enabled`, `/endpoints`, `/robots.txt`.
 * @param paths the paths of all other endpoints, for `/endpoints`
 */
export function nodeEndpoints(node: Node, paths: readonly string[]): readonly Endpoint[] {
  const own = ['/', '/kong', '/status', '/plugins/enabled', '/endpoints', '/robots.txt'];
  const listing = [...new Set([...own, ...paths])].map((path) => path.replace(/:(\w+)/g, '{$1}')).sort();
  const info = (): AdminReply => ({ status: 200, body: describeNode(node) });
  return [
    { method: 'GET', path: '/', handle: info },
    { method: 'GET', path: '/kong', handle: info },
    { method: 'GET', path: '/status', handle: () => ({ status: 200, body: describeStatus(node) }) },
    {
      method: 'GET',
      path: '/plugins/enabled',
      handle: () => ({ status: 200, body: { enabled_plugins: node.gateway.catalog.names() } }),
    },
    { method: 'GET', path: '/endpoints', handle: () => ({ status: 200, body: { data: listing } }) },
    {
      method: 'GET',
      path: '/robots.txt',
      handle: () => ({ status: 200, body: 'User-agent: *\nDisallow: /\n', contentType: 'text/plain; charset=utf-8' }),
    },
  ];
}

function describeNode({ gateway, settings }: Node): Readonly<Record<string, unknown>> {
  const names = gateway.catalog.names();
  const available = names.map((name) => {
    const definition = gateway.catalog.get(name);
    return [name, { version: definition?.version, priority: definition?.priority }] as const;
  });
  return {
    version: KONG_VERSION,
    gw_version: version,
    tagline: 'Welcome to gw',
    edition: 'community',
    hostname: hostname(),
    node_id: nodeId,
    lua_version: 'n/a',
    pids: { master: process.pid },
    timers: { running: 0, pending: 0 },
    plugins: {
      available_on_server: Object.fromEntries(available),
      enabled_in_cluster: [...new Set(gateway.snapshot.entities.plugins.map(({ name }) => name))].sort(),
    },
    configuration: { database: 'off', ...settings },
  };
}

function describeStatus({ gateway, config }: Node): Readonly<Record<string, unknown>> {
  const counters = gateway.counters();
  return {
    memory: { workers_lua_vms: [], lua_shared_dicts: {} },
    server: {
      connections_active: counters.connectionsActive,
      connections_accepted: counters.connectionsAccepted,
      connections_handled: counters.connectionsHandled,
      connections_reading: 0,
      connections_writing: counters.requestsActive,
      connections_waiting: Math.max(0, counters.connectionsActive - counters.requestsActive),
      total_requests: counters.totalRequests,
    },
    configuration_hash: gateway.snapshot.hash,
    gw: {
      version,
      memory: process.memoryUsage(),
      uptime_seconds: Math.floor(process.uptime()),
      config: describeConfig(config),
      caches: gateway.cacheStats(),
      plugins: pluginStatus(gateway),
    },
  };
}

/** What plugins say of themselves, by name. */
function pluginStatus({ catalog, host }: Gateway): Readonly<Record<string, unknown>> {
  const said = catalog.names().map((name) => [name, catalog.get(name)?.status?.(host)] as const);
  return Object.fromEntries(said.filter(([, status]) => status !== undefined));
}

/** Both configs: the one that runs, and the last one that was refused. Times are seconds, as everywhere in Kong's API. */
function describeConfig({ status }: ConfigManager): Readonly<Record<string, unknown>> {
  const { running, lastFailure } = status;
  return {
    running: { hash: running.hash, loaded_at: seconds(running.loadedAt), sources: running.sources },
    last_failure:
      lastFailure === null
        ? null
        : { at: seconds(lastFailure.at), message: lastFailure.message, diagnostics: lastFailure.diagnostics },
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
