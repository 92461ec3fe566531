import type { Target, Upstream } from '../../entities/upstream.ts';
import type { AdminReply } from '../../pdk/admin.ts';
import type { Gateway } from '../../runtime/gateway.ts';
import {
  balancerHealth,
  setTargetHealth,
  type TargetHealth,
  targetHealths,
} from '../../runtime/upstream/upstream-health.ts';
import type { UpstreamGroup } from '../../runtime/upstream/upstream-group.ts';
import { type AdminCall, AdminError, type Endpoint, notFound } from '../endpoint.ts';
import { nodeId } from '../node-id.ts';
import { paginate } from '../page.ts';
import type { Presenter } from '../presenter.ts';

/** Kong's port for an address without one. */
const DEFAULT_PORT = 8000;

/** What the gateway knows of the health of upstreams, and the setting of it by hand. */
export function upstreamEndpoints(gateway: Gateway, presenter: Presenter): readonly Endpoint[] {
  const target = '/upstreams/:key/targets/:child';
  return [
    { method: 'GET', path: '/upstreams/:key/health', handle: (call) => showHealth(gateway, presenter, call) },
    { method: 'GET', path: '/upstreams/:key/targets/all', handle: (call) => listTargets(gateway, presenter, call) },
    ...[true, false].flatMap((isHealthy) => {
      const word = isHealthy ? 'healthy' : 'unhealthy';
      const handle = (call: AdminCall): AdminReply => setHealth(gateway, call, isHealthy);
      return [
        { method: 'PUT' as const, path: `${target}/${word}`, handle },
        { method: 'PUT' as const, path: `${target}/:address/${word}`, handle },
      ];
    }),
  ];
}

function showHealth(gateway: Gateway, presenter: Presenter, { params, query }: AdminCall): AdminReply {
  const upstream = findUpstream(gateway, params.key);
  const group = groupOf(gateway, upstream);
  if (query.balancer_health === '1') {
    return { status: 200, body: { data: balancerHealth(group), next: null, node_id: nodeId } };
  }
  const path = `/upstreams/${encodeURIComponent(params.key ?? '')}/health`;
  const page = paginate(targetsOf(gateway, upstream), path, query);
  const healths = new Map<string, TargetHealth>(targetHealths(group).map((health) => [health.id, health]));
  const data = page.data.map((target) => {
    const { health, data: details } = healths.get(target.id) ?? { health: 'DNS_ERROR', data: null };
    return { ...presenter.present('targets', target), health, data: details };
  });
  return { status: 200, body: { ...page, data, node_id: nodeId } };
}

function listTargets(gateway: Gateway, presenter: Presenter, { params, query }: AdminCall): AdminReply {
  const upstream = findUpstream(gateway, params.key);
  const path = `/upstreams/${encodeURIComponent(params.key ?? '')}/targets/all`;
  const page = paginate(targetsOf(gateway, upstream), path, query);
  return { status: 200, body: { ...page, data: page.data.map((target) => presenter.present('targets', target)) } };
}

function setHealth(gateway: Gateway, { params }: AdminCall, isHealthy: boolean): AdminReply {
  const upstream = findUpstream(gateway, params.key);
  const key = params.child?.toLowerCase();
  const found = targetsOf(gateway, upstream).find(({ id, target }) => id === key || target === params.child);
  if (found === undefined) throw notFound();
  const address = params.address === undefined ? null : withPort(params.address);
  if (!setTargetHealth(groupOf(gateway, upstream), found.id, address, isHealthy)) {
    throw new AdminError(400, { message: `no healthchecker found for ${upstream.name}` });
  }
  return { status: 204 };
}

function findUpstream(gateway: Gateway, key: string | undefined): Upstream {
  const { upstreams } = gateway.snapshot.entities;
  const found = upstreams.find(({ id, name }) => name === key || id === key?.toLowerCase());
  if (found === undefined) throw notFound();
  return found;
}

function targetsOf(gateway: Gateway, { id }: Upstream): readonly Target[] {
  return gateway.snapshot.entities.targets.filter(({ upstream }) => upstream.id === id);
}

function groupOf(gateway: Gateway, { name }: Upstream): UpstreamGroup {
  const group = gateway.upstreamGroup(name);
  if (group === null) throw notFound();
  return group;
}

function withPort(address: string): string {
  return /:\d+$/.test(address) && (address.startsWith('[') || address.split(':').length === 2)
    ? address
    : `${address}:${DEFAULT_PORT}`;
}
