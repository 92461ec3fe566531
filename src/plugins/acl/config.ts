/** The config of `acl` as Kong names it; see `schemas/plugins/acl.schema.json`. */
export interface AclConfig {
  /** Who gets through: one of these groups is enough. Not looked at when `deny` has entries. */
  readonly allow?: readonly string[] | null;
  /** Who does not: one of these groups is enough. */
  readonly deny?: readonly string[] | null;
  /** Whether the groups stay unknown to the upstream. */
  readonly hide_groups_header?: boolean | null;
  /** Whether groups that a token speaks of count even for a caller who is a consumer. */
  readonly always_use_authenticated_groups?: boolean | null;
  /** Whether the names of a caller's consumer groups count besides its ACL groups. */
  readonly include_consumer_groups?: boolean | null;
}
