import type { Route } from '../../entities/route.ts';
import type { Service } from '../../entities/service.ts';
import type { RouterFlavor } from '../../router/router.ts';
import type { PluginChain } from '../plugin-chain.ts';
import { type ProtocolDemands, protocolDemands } from '../protocol-demands.ts';
import type { CompiledRoute } from '../snapshot.ts';
import type { RoutedUpstream } from '../upstream/service-upstream.ts';
import type { LazyChain } from './plugin-table.ts';

const HTTP: ProtocolDemands = { kind: 'http', isTlsOnly: false };

/** A route for requests, with everything they need. */
export class HttpRoute implements CompiledRoute {
  readonly route: Route;
  readonly service: Service | null;
  readonly upstream: RoutedUpstream | null;
  readonly upstreamHost: string;
  readonly basePath: string;
  readonly pathHandling: 'v0' | 'v1';
  readonly demands: ProtocolDemands;
  readonly label: string;
  readonly #chain: LazyChain;
  readonly #flavor: RouterFlavor;

  /** @param upstream of the service; `null` without one */
  constructor(
    route: Route,
    service: Service | null,
    upstream: RoutedUpstream | null,
    chain: LazyChain,
    flavor: RouterFlavor,
    demands = protocolDemands(route.protocols) ?? HTTP,
  ) {
    this.route = route;
    this.service = service;
    this.upstream = upstream;
    this.upstreamHost = upstream?.hostHeader ?? '';
    this.basePath = service?.path ?? '/';
    this.pathHandling = flavor === 'traditional' ? route.path_handling : 'v0';
    this.demands = demands;
    this.label = route.name ?? route.id;
    this.#chain = chain;
    this.#flavor = flavor;
  }

  get chain(): PluginChain {
    return this.#chain.chain;
  }

  /** The same with other plugins. */
  with(chain: LazyChain): HttpRoute {
    return new HttpRoute(this.route, this.service, this.upstream, chain, this.#flavor, this.demands);
  }
}
