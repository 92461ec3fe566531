import type { PluginDefinition } from '../../pdk/plugin.ts';
import type { AclConfig } from './config.ts';
import { aclDescription } from './description.ts';
import { AclHandler } from './handler.ts';

/** Kong's `acl`: lets callers through, or not, by the groups they belong to. */
export const acl: PluginDefinition<AclConfig> = {
  ...aclDescription,
  create: (config, _host, instance) => new AclHandler(config, instance.entities),
  looksAt: () => ['acls'],
};
