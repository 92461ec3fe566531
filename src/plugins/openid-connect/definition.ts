import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '../../lib/json.ts';
import { packageRoot, version } from '../../lib/package-info.ts';
import type { PluginDefinition } from '../../pdk/plugin.ts';
import { adminEndpoints } from './admin.ts';
import { checkConfig } from './checks.ts';
import type { OpenidConnectConfig } from './config.ts';
import { createHandler } from './create-handler.ts';

const schema = JSON.parse(
  readFileSync(join(packageRoot, 'schemas/plugins/openid-connect.schema.json'), 'utf8'),
) as JsonSchema;

/** Kong's `openid-connect`, as far as gw runs it: see `implemented-fields.ts` and `docs/openid-connect.md`. */
export const openidConnect: PluginDefinition<OpenidConnectConfig> = {
  name: 'openid-connect',
  version,
  priority: 1050,
  protocols: ['grpc', 'grpcs', 'http', 'https'],
  schema,
  check: (config, given, report) => checkConfig(config, given, schema, report),
  create: createHandler,
  admin: adminEndpoints,
};
