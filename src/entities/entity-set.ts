import type { JsonObject } from '../lib/json.ts';
import type { CaCertificate, Certificate, Sni } from './certificate.ts';
import type { AclGroup, ConsumerGroup, GroupMembership } from './consumer-group.ts';
import type { OtherKind } from './kinds.ts';
import type { Consumer } from './consumer.ts';
import type { Plugin } from './plugin.ts';
import type { Route } from './route.ts';
import type { Service } from './service.ts';
import type { Target, Upstream } from './upstream.ts';

/** A whole checked config: flat lists in the order of the file, references resolved to ids. */
export interface EntitySet {
  readonly services: readonly Service[];
  readonly routes: readonly Route[];
  readonly consumers: readonly Consumer[];
  readonly plugins: readonly Plugin[];
  readonly upstreams: readonly Upstream[];
  readonly targets: readonly Target[];
  readonly certificates: readonly Certificate[];
  readonly snis: readonly Sni[];
  readonly ca_certificates: readonly CaCertificate[];
  readonly consumer_groups: readonly ConsumerGroup[];
  readonly consumer_group_consumers: readonly GroupMembership[];
  readonly acls: readonly AclGroup[];
  /** Entities that gw checks but does not run, in the same form; kinds without any are left out. */
  readonly others: Readonly<Partial<Record<OtherKind, readonly JsonObject[]>>>;
}

/** The config of a gateway that has none. */
export const emptyEntitySet: EntitySet = {
  services: [],
  routes: [],
  consumers: [],
  plugins: [],
  upstreams: [],
  targets: [],
  certificates: [],
  snis: [],
  ca_certificates: [],
  consumer_groups: [],
  consumer_group_consumers: [],
  acls: [],
  others: {},
};
