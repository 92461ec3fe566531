import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '../../lib/json.ts';
import { packageRoot, version } from '../../lib/package-info.ts';
import type { PluginDescription } from '../../pdk/plugin.ts';
import type { AclConfig } from './config.ts';

const schema = JSON.parse(readFileSync(join(packageRoot, 'schemas/plugins/acl.schema.json'), 'utf8')) as JsonSchema;

/** What is known of Kong's `acl` without running it. */
export const aclDescription: PluginDescription<AclConfig> = {
  name: 'acl',
  version,
  priority: 950,
  protocols: ['grpc', 'grpcs', 'http', 'https'],
  schema,
};
