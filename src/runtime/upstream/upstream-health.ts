import type { Member } from './endpoint.ts';
import { HealthRules } from './health/health-rules.ts';
import type { TargetState } from './target-names.ts';
import type { UpstreamGroup } from './upstream-group.ts';

/** Kong's words for the health of a target or an address. */
export type HealthWord = 'HEALTHY' | 'UNHEALTHY' | 'HEALTHCHECKS_OFF' | 'DNS_ERROR';

/** Parts of a weight. */
export interface WeightView {
  readonly total: number;
  readonly unavailable: number;
  readonly available: number;
}

/** What Kong tells of a target beside its entity. */
export interface TargetView<Address> {
  readonly host: string;
  readonly port: number;
  /** The type of the records that its name led to, or why it led nowhere. */
  readonly dns: string;
  readonly nodeWeight: number;
  readonly weight: WeightView;
  readonly addresses: readonly Address[];
}

/** An address of a target. */
export interface AddressView {
  readonly ip: string;
  readonly port: number;
  readonly weight: number;
}

/** The health of one target, by the id of its entity. */
export interface TargetHealth {
  readonly id: string;
  readonly health: HealthWord;
  readonly data: TargetView<AddressView & { readonly health: HealthWord }>;
}

/** The health of an upstream as a whole. */
export interface BalancerHealth {
  readonly id: string;
  /** `HEALTHCHECKS_OFF` when nothing is checked. */
  readonly health: HealthWord;
  /** Whether requests are taken, health checks or not. */
  readonly balancer_health: HealthWord;
  readonly details: {
    readonly healthy: boolean;
    readonly weight: WeightView;
    readonly hosts: readonly TargetView<AddressView & { readonly healthy: boolean }>[];
  };
}

/** The health of each target of an upstream. */
export function targetHealths(group: UpstreamGroup): readonly TargetHealth[] {
  const isChecked = checksHealth(group);
  return group.targets.map((state) => {
    const wordOf = ({ endpoint }: Member): HealthWord => {
      if (!isChecked || state.target.weight === 0) return 'HEALTHCHECKS_OFF';
      return endpoint.health.isHealthy ? 'HEALTHY' : 'UNHEALTHY';
    };
    const data = viewTarget(state, (member) => ({ ...viewAddress(member), health: wordOf(member) }));
    return { id: state.target.id, health: overall(data.addresses.map(({ health }) => health)), data };
  });
}

/** The health of an upstream as a whole. */
export function balancerHealth(group: UpstreamGroup): BalancerHealth {
  const word = group.isHealthy ? 'HEALTHY' : 'UNHEALTHY';
  return {
    id: group.config.id,
    health: checksHealth(group) ? word : 'HEALTHCHECKS_OFF',
    balancer_health: word,
    details: {
      healthy: group.isHealthy,
      weight: viewWeight(group.totalWeight, group.availableWeight),
      hosts: group.targets.map((state) =>
        viewTarget(state, (member) => ({ ...viewAddress(member), healthy: member.endpoint.health.isHealthy })),
      ),
    },
  };
}

/**
 * Sets the health of a target's addresses by hand.
 * @param address `ip:port` of one of them; `null` for all
 * @returns false when the upstream checks no health, so that nothing would ever look at what was set
 */
export function setTargetHealth(
  group: UpstreamGroup,
  targetId: string,
  address: string | null,
  isHealthy: boolean,
): boolean {
  if (!checksHealth(group)) return false;
  const state = group.targets.find(({ target }) => target.id === targetId);
  for (const member of state?.members ?? []) {
    if (address === null || member.endpoint.address === address) group.setHealth(member, isHealthy);
  }
  return true;
}

/** Kong's meaning: checks of its own at some interval, or bad signs of the traffic that are counted. */
function checksHealth({ config: { upstream } }: UpstreamGroup): boolean {
  if (upstream === null) return false;
  const { active, passive } = upstream.healthchecks;
  return active.healthy.interval > 0 || active.unhealthy.interval > 0 || new HealthRules(passive).watchesFailures;
}

function overall(words: readonly HealthWord[]): HealthWord {
  if (words.length === 0) return 'DNS_ERROR';
  return (['HEALTHY', 'UNHEALTHY'] as const).find((word) => words.includes(word)) ?? 'HEALTHCHECKS_OFF';
}

function viewTarget<Address>(
  { target, members, found, error }: TargetState,
  viewOf: (member: Member) => Address,
): TargetView<Address> {
  const total = sum(members);
  return {
    host: target.host,
    port: target.port,
    dns: error?.message ?? recordType(found?.source),
    nodeWeight: target.weight,
    weight: viewWeight(total, sum(members.filter(({ endpoint }) => endpoint.health.isHealthy))),
    addresses: members.map(viewOf),
  };
}

/** To Kong an address, or a name of the hosts file, is an A record too. */
function recordType(source: string | undefined): string {
  if (source === undefined) return 'unknown';
  return source === 'SRV' || source === 'AAAA' ? source : 'A';
}

function viewAddress({ endpoint, weight }: Member): AddressView {
  return { ip: endpoint.ip, port: endpoint.port, weight };
}

function viewWeight(total: number, available: number): WeightView {
  return { total, unavailable: total - available, available };
}

function sum(members: readonly Member[]): number {
  return members.reduce((total, { weight }) => total + weight, 0);
}
