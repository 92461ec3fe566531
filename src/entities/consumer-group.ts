import type { EntityRef } from './entity.ts';

/** A named set of consumers that can have plugin configs of its own. */
export interface ConsumerGroup {
  readonly id: string;
  readonly name: string;
  readonly tags?: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** That a consumer belongs to a consumer group. */
export interface GroupMembership {
  readonly id: string;
  readonly consumer: EntityRef;
  readonly consumer_group: EntityRef;
}

/** That a consumer belongs to a group of the `acl` plugin, which is no more than a name. */
export interface AclGroup {
  readonly id: string;
  readonly group: string;
  readonly consumer: EntityRef;
  readonly tags?: readonly string[] | null;
  readonly created_at: number;
}
