import type { EntitySet } from '../entities/entity-set.ts';
import type { Plugin } from '../entities/plugin.ts';
import type { Route } from '../entities/route.ts';
import type { Service } from '../entities/service.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import type { PluginDefinition, PluginHost } from '../pdk/plugin.ts';
import { ClientCertificateNames } from './listen/client-certificate-names.ts';
import type { CertificateTable } from './listen/certificate-table.ts';
import { type ConfiguredPlugin, PluginChain } from './plugin-chain.ts';
import { createRouter } from '../router/create-router.ts';
import { createStreamRouter, isStreamRoute } from '../router/stream-router.ts';
import type { RouterFlavor } from '../router/router.ts';
import { flavorFor } from '../router/router-flavor.ts';
import { protocolDemands } from './protocol-demands.ts';
import { type CompiledRoute, Snapshot } from './snapshot.ts';
import { compileStreamRoutes, isRunStream } from './stream/stream-route.ts';
import type { RoutedUpstream } from './upstream/service-upstream.ts';
import { UpstreamRegistry } from './upstream/upstream-registry.ts';

/** What compiling needs beside the entities. */
export interface CompileContext {
  readonly catalog: PluginCatalog<PluginDefinition>;
  readonly host: PluginHost;
  readonly upstreams: UpstreamRegistry;
  readonly certificates: CertificateTable;
  /** The flavor that is stated; `null` and absent: what the routes need. */
  readonly routerFlavor?: RouterFlavor | null;
}

/**
 * Compiles checked entities into a snapshot: plugin instances are built, upstreams acquired, regexes and headers prepared.
 * Nothing here touches the network. When a plugin cannot be built, everything built before it is given back and the
 * error goes on: the caller keeps its old snapshot.
 */
export function compile(entities: EntitySet, hash: string, context: CompileContext): Snapshot {
  const built: ConfiguredPlugin[] = [];
  const acquired: RoutedUpstream[] = [];
  // Upstreams that no service uses have a health too.
  const dropUpstreams = context.upstreams.hold(entities);
  const release = async (): Promise<void> => {
    dropUpstreams();
    await Promise.allSettled([
      ...built.map(async ({ handler }) => handler.close?.()),
      ...acquired.map((upstream) => context.upstreams.release(upstream)),
    ]);
  };
  try {
    for (const plugin of entities.plugins) {
      const configured = buildPlugin(plugin, entities, context);
      if (configured !== null) built.push(configured);
    }
    const acquire = (service: Service): RoutedUpstream => {
      const upstream = context.upstreams.acquire(service, entities);
      acquired.push(upstream);
      return upstream;
    };
    const flavor = flavorFor(entities, context.routerFlavor ?? null);
    const routes = compileRoutes(entities, flavor, built, acquire);
    const streamRoutes = compileStreamRoutes(entities, acquire);
    const wanting = built.map(({ plugin }) => plugin).filter((plugin) => looksAtCertificate(plugin, context.catalog));
    return new Snapshot({
      hash,
      entities,
      router: createRouter(routes, flavor),
      routes,
      streamRouter: createStreamRouter(streamRoutes, flavor),
      streamRoutes,
      globalChain: new PluginChain(built, { routeId: null, serviceId: null }),
      certificates: context.certificates,
      clientCertificateNames: new ClientCertificateNames(wanting, entities.routes),
      release,
    });
  } catch (error) {
    void release();
    throw error;
  }
}

function looksAtCertificate(plugin: Plugin, catalog: PluginCatalog<PluginDefinition>): boolean {
  return catalog.get(plugin.name)?.wantsClientCertificate?.(plugin.config) === true;
}

/** `null` for plugins that are off or that gw does not run; the config check has warned about the latter. */
function buildPlugin(plugin: Plugin, entities: EntitySet, { catalog, host }: CompileContext): ConfiguredPlugin | null {
  const definition = catalog.get(plugin.name);
  if (!plugin.enabled || definition === undefined) return null;
  const instance = { id: plugin.id, scope: scopeOf(plugin, entities), entities };
  return { plugin, priority: definition.priority, handler: definition.create(plugin.config, host, instance) };
}

function compileRoutes(
  entities: EntitySet,
  flavor: RouterFlavor,
  plugins: readonly ConfiguredPlugin[],
  acquire: (service: Service) => RoutedUpstream,
): CompiledRoute[] {
  const services = new Map(entities.services.map((service) => [service.id, service]));
  const upstreams = new Map<string, RoutedUpstream>();
  const routes: CompiledRoute[] = [];
  for (const route of entities.routes) {
    const service = route.service === null ? null : (services.get(route.service.id) ?? null);
    if (isStreamRoute(route) || whyIdle(route, service) !== null) continue;
    let upstream = service === null ? null : (upstreams.get(service.id) ?? null);
    if (service !== null && upstream === null) {
      upstream = acquire(service);
      upstreams.set(service.id, upstream);
    }
    const chain = new PluginChain(plugins, { routeId: route.id, serviceId: service?.id ?? null });
    const pathHandling = flavor === 'traditional' ? route.path_handling : 'v0';
    routes.push({ ...compileRoute(route, service, upstream, chain), pathHandling });
  }
  return routes;
}

function compileRoute(
  route: Route,
  service: Service | null,
  upstream: RoutedUpstream | null,
  chain: PluginChain,
): Omit<CompiledRoute, 'pathHandling'> {
  return {
    route,
    service,
    chain,
    upstream,
    upstreamHost: upstream?.hostHeader ?? '',
    basePath: service?.path ?? '/',
    demands: protocolDemands(route.protocols) ?? { kind: 'http', isTlsOnly: false },
    label: route.name ?? route.id,
  };
}

/** Why a route is in no router: its service is disabled, or gw does not run its protocol; `null` if it is. */
export function whyIdle(route: Route, service: Service | null): string | null {
  if (service !== null && !service.enabled) return 'its service is disabled';
  if (isStreamRoute(route)) return route.protocols.some(isRunStream) ? null : 'gw does not run udp yet';
  return service === null || UpstreamRegistry.supports(service)
    ? null
    : `gw does not run ${service.protocol} services for requests`;
}

/** `service "orders" + consumer "bob"`, or `global`. */
export function scopeOf(plugin: Plugin, entities: EntitySet): string {
  const parts: string[] = [];
  if (plugin.service !== null) parts.push(`service "${nameOf(entities.services, plugin.service.id)}"`);
  if (plugin.route !== null) parts.push(`route "${nameOf(entities.routes, plugin.route.id)}"`);
  if (plugin.consumer !== null) {
    const { id } = plugin.consumer;
    const consumer = entities.consumers.find((candidate) => candidate.id === id);
    parts.push(`consumer "${consumer?.username ?? consumer?.custom_id ?? id}"`);
  }
  if (plugin.consumer_group !== null) {
    const group = entities.consumer_groups.find(({ id }) => id === plugin.consumer_group?.id);
    parts.push(`consumer group "${group?.name ?? plugin.consumer_group.id}"`);
  }
  return parts.length === 0 ? 'global' : parts.join(' + ');
}

function nameOf(entities: readonly { readonly id: string; readonly name: string | null }[], id: string): string {
  return entities.find((entity) => entity.id === id)?.name ?? id;
}
