import type { EntityView, Row } from '../../config/store/entity-view.ts';
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
import { type EntityAccess, found, plainAccess, pageText, textOf } from './entity-access.ts';
import type { EntityContext } from './entity-context.ts';

/** Kong's port for an address without one. */
const DEFAULT_PORT = 8000;

/** What the gateway knows of the health of upstreams, and the setting of it by hand. */
export function upstreamEndpoints(
  gateway: Gateway,
  { presenter, writer }: Pick<EntityContext, 'presenter' | 'writer'>,
): readonly Endpoint[] {
  const upstreams: Upstreams = {
    gateway,
    upstream: plainAccess('upstreams', presenter),
    target: plainAccess('targets', presenter),
    view: () => writer.view,
  };
  const target = '/upstreams/:key/targets/:child';
  return [
    { method: 'GET', path: '/upstreams/:key/health', handle: (call) => showHealth(upstreams, call) },
    { method: 'GET', path: '/upstreams/:key/targets/all', handle: (call) => listTargets(upstreams, call) },
    ...[true, false].flatMap((isHealthy) => {
      const word = isHealthy ? 'healthy' : 'unhealthy';
      const handle = (call: AdminCall): AdminReply => setHealth(upstreams, call, isHealthy);
      return [
        { method: 'PUT' as const, path: `${target}/${word}`, handle },
        { method: 'PUT' as const, path: `${target}/:address/${word}`, handle },
      ];
    }),
  ];
}

/** What the endpoints work with. */
interface Upstreams {
  readonly gateway: Gateway;
  readonly upstream: EntityAccess;
  readonly target: EntityAccess;
  readonly view: () => EntityView;
}

function showHealth(upstreams: Upstreams, call: AdminCall): AdminReply {
  const { params, query } = call;
  const view = upstreams.view();
  const upstream = findUpstream(upstreams, params.key);
  const group = groupOf(upstreams, upstream);
  if (query.balancer_health === '1') {
    return { status: 200, body: { data: balancerHealth(group), next: null, node_id: nodeId } };
  }
  const path = `/upstreams/${encodeURIComponent(params.key ?? '')}/health`;
  const page = paginate(targetsOf(view, upstream), path, query, false);
  const healths = new Map<string, TargetHealth>(targetHealths(group).map((health) => [health.id, health]));
  const data = page.data.map((target) => {
    const { health, data: details } = healths.get(target.id) ?? { health: 'DNS_ERROR', data: null };
    return { ...upstreams.target.show(view, target, call), health, data: details };
  });
  return { status: 200, body: { ...page, data, node_id: nodeId } };
}

async function listTargets(upstreams: Upstreams, call: AdminCall): Promise<AdminReply> {
  const { params, query } = call;
  const view = upstreams.view();
  const path = `/upstreams/${encodeURIComponent(params.key ?? '')}/targets/all`;
  const page = paginate(targetsOf(view, findUpstream(upstreams, params.key)), path, query, false);
  return { status: 200, body: await pageText(upstreams.target, view, page, call) };
}

function setHealth(upstreams: Upstreams, { params }: AdminCall, isHealthy: boolean): AdminReply {
  const upstream = findUpstream(upstreams, params.key);
  const key = params.child?.toLowerCase();
  const targets = targetsOf(upstreams.view(), upstream);
  const { id } = found(targets.find((target) => target.id === key || target.target === params.child) ?? null);
  const address = params.address === undefined ? null : withPort(params.address);
  if (!setTargetHealth(groupOf(upstreams, upstream), id, address, isHealthy)) {
    throw new AdminError(400, { message: `no healthchecker found for ${textOf(upstream.name)}` });
  }
  return { status: 204 };
}

function findUpstream({ upstream, view }: Upstreams, key = ''): Row {
  return found(upstream.find(view(), key));
}

function targetsOf(view: EntityView, { id }: Row): readonly Row[] {
  return view.referring('targets', 'upstream', id);
}

function groupOf({ gateway }: Upstreams, { name }: Row): UpstreamGroup {
  const group = gateway.upstreamGroup(textOf(name));
  if (group === null) throw notFound();
  return group;
}

function withPort(address: string): string {
  return /:\d+$/.test(address) && (address.startsWith('[') || address.split(':').length === 2)
    ? address
    : `${address}:${DEFAULT_PORT}`;
}
