import { hostname } from 'node:os';
import { version } from '../../lib/package-info.ts';
import type { AdminReply } from '../../pdk/admin.ts';
import type { ConfigManager } from '../../runtime/config-manager.ts';
import type { ConfigWriter } from '../../runtime/config-writer.ts';
import { EMPTY_HASH, type Gateway } from '../../runtime/gateway.ts';
import type { Endpoint } from '../endpoint.ts';
import { nodeId } from '../node-id.ts';

/** The Kong release whose contract the Admin API follows; clients such as decK choose their behaviour by it. */
const KONG_VERSION = '3.10.0';

/** What these endpoints report on. */
interface Node {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
  readonly writer: ConfigWriter;
  /** The level that lines are logged from. */
  readonly logLevel: string;
  /** For `configuration`; nothing secret. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Endpoints about the process: `/` and `/kong`, `/status` and `/status/ready`, `/plugins/enabled`, `/endpoints`,
 * `/debug/node/log-level`, `/robots.txt`.
 * @param paths the paths of all other endpoints, for `/endpoints`
 */
export function nodeEndpoints(node: Node, paths: readonly string[]): readonly Endpoint[] {
  const info = (): AdminReply => ({ status: 200, body: describeNode(node) });
  const endpoints: readonly Endpoint[] = [
    { method: 'GET', path: '/', handle: info },
    { method: 'GET', path: '/kong', handle: info },
    { method: 'GET', path: '/status', handle: () => ({ status: 200, body: describeStatus(node) }) },
    { method: 'GET', path: '/status/ready', handle: () => readiness(node) },
    ...logLevelEndpoints(node),
    {
      method: 'GET',
      path: '/plugins/enabled',
      handle: () => ({ status: 200, body: { enabled_plugins: node.gateway.catalog.names() } }),
    },
    {
      method: 'GET',
      path: '/robots.txt',
      handle: () => ({ status: 200, body: 'User-agent: *\nDisallow: /\n', contentType: 'text/plain; charset=utf-8' }),
    },
  ];
  const listing = [...new Set(['/endpoints', ...endpoints.map(({ path }) => path), ...paths])].map(shownPath).sort();
  return [
    ...endpoints,
    { method: 'GET', path: '/endpoints', handle: () => ({ status: 200, body: { data: listing } }) },
  ];
}

/** `/services/{services}/routes/{routes}`: Kong calls a parameter as what stands before it. */
function shownPath(path: string): string {
  return path.replace(/([^/]+)\/:\w+/g, '$1/{$1}');
}

/** Kong answers 200 once there is a config to serve by; where the API writes it, that may be an empty one. */
function readiness({ gateway, writer }: Node): AdminReply {
  if (gateway.isDraining) return { status: 503, body: { message: 'draining' } };
  const isReady = writer.mode !== 'off' || gateway.snapshot.hash !== EMPTY_HASH;
  return isReady
    ? { status: 200, body: { message: 'ready' } }
    : { status: 503, body: { message: 'no configuration available (empty configuration present)' } };
}

/** Setting the level answers as Kong without a database does. */
function logLevelEndpoints({ logLevel }: Node): readonly Endpoint[] {
  const path = '/debug/node/log-level';
  const message = 'cannot change log level when not using a database (gw: start with another --log-level)';
  return [
    { method: 'GET', path, handle: () => ({ status: 200, body: { message: `log level: ${logLevel}` } }) },
    { method: 'PUT', path: `${path}/:level`, handle: () => ({ status: 405, body: { message } }) },
  ];
}

function describeNode({ gateway, settings, writer }: Node): Readonly<Record<string, unknown>> {
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
    // Clients take `off` for "can only be read". Kong's `portal` and `rbac` are absent: decK reads them as not in use.
    configuration: { ...settings, admin_writes: writer.mode, database: writer.mode === 'off' ? 'off' : 'memory' },
    gw_unsaved_changes: writer.unsavedChanges,
  };
}

function describeWrites({ mode, unsavedChanges, counters }: ConfigWriter): Readonly<Record<string, unknown>> {
  const { writes, commits, lastCommitMs } = counters;
  return { mode, unsaved: unsavedChanges, accepted: writes, commits, last_commit_ms: lastCommitMs };
}

function describeStatus({ gateway, config, writer }: Node): Readonly<Record<string, unknown>> {
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
      config: { ...describeConfig(config), writes: describeWrites(writer) },
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
