import type { EntitySet } from '../../src/entities/entity-set.ts';
import type { RouterRequest } from '../../src/router/router.ts';
import type { ConfiguredPlugin, PluginChain } from '../../src/runtime/plugin-chain.ts';
import type { CompiledRoute, Snapshot } from '../../src/runtime/snapshot.ts';

/** All that requests could notice of a snapshot, as plain data, for comparison with another one. */
export function describeSnapshot(
  snapshot: Snapshot,
  entities: EntitySet,
  requests: readonly RouterRequest[],
  handlerOf: (configured: ConfiguredPlugin) => unknown,
): Readonly<Record<string, unknown>> {
  const known = new Map<PluginChain, unknown>();
  const chainOf = (chain: PluginChain): unknown => {
    let described = known.get(chain);
    if (described === undefined) known.set(chain, (described = describeChain(chain, entities, handlerOf)));
    return described;
  };
  const compiled = snapshot.routes.filter((route) => route !== undefined);
  return {
    routes: Object.fromEntries(compiled.map((one) => [one.route.id, describeRoute(one, chainOf(one.chain))])),

    matches: requests.map((request) => {
      const match = snapshot.router.match(request);
      if (match === null) return null;
      const { target, prefix, captures } = match;
      const found = snapshot.routes[target.slot];
      return [found?.route.id, target.route === found?.route, prefix, captures === null ? null : [...captures]];
    }),
    streams: Object.fromEntries(
      snapshot.streamRoutes.map(({ route, service, target, withTls, takesPlain, label }) => {
        return [route.id, { route, service, upstream: target?.upstream.key, withTls, takesPlain, label }];
      }),
    ),
    streamMatches: Array.from({ length: 20 }, (_, port) => {
      const destination = { destinationIp: '10.0.0.1', destinationPort: port + 1 };
      const ends = { protocol: 'tcp', sni: null, sourceIp: '10.0.0.9', sourcePort: 1, ...destination } as const;
      return snapshot.streamRouter.match(ends)?.target.route.id ?? null;
    }),
    global: chainOf(snapshot.globalChain),
    rewrites: snapshot.rewrites.map(({ plugin }) => plugin.id),
    groups: entities.consumers.map((consumer) => snapshot.groupsOf(consumer)),
    certificates: ['a.x.org', 'b.x.org', 'c.x.org'].map(
      (name) => snapshot.certificates.certificateFor(name)?.pairs[0]?.cert,
    ),
    asked: ['a.x.org', 'b.x.org', 'q.x.org', null].map((name) => snapshot.wantsClientCertificate(name)),
  };
}

function describeRoute(compiled: CompiledRoute, chain: unknown): unknown {
  return { ...compiled, upstream: compiled.upstream?.key, chain };
}

function describeChain(
  chain: PluginChain,
  { consumers, consumer_groups: groups }: EntitySet,
  handlerOf: (configured: ConfiguredPlugin) => unknown,
): unknown {
  const show = (configured: ConfiguredPlugin | null): unknown =>
    configured === null ? null : [configured.plugin, configured.priority, handlerOf(configured)];
  return {
    slots: Array.from({ length: chain.length }, (_, index) => [
      show(chain.pick(index, null, [])),
      ...consumers.map((consumer) => show(chain.pick(index, consumer, []))),
      ...groups.map((group) => show(chain.pick(index, null, [group]))),
    ]),
    fixed: [chain.isFixed, ...chain.fixed.map(({ plugin }) => plugin.id)],
  };
}
