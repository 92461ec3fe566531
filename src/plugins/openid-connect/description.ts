import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema } from '../../lib/json.ts';
import { packageRoot, version } from '../../lib/package-info.ts';
import type { PluginDescription } from '../../pdk/plugin.ts';
import { checkConfig } from './checks.ts';
import { openidConnectCodes } from './codes.ts';
import type { OpenidConnectConfig } from './config.ts';
import { onlineCodes } from './online-codes.ts';

const schema = JSON.parse(
  readFileSync(join(packageRoot, 'schemas/plugins/openid-connect.schema.json'), 'utf8'),
) as JsonSchema;

/** What is known of Kong's `openid-connect` without running it, as far as gw does: see `implemented-fields.ts` and `docs/openid-connect.md`. */
export const openidConnectDescription: PluginDescription<OpenidConnectConfig> = {
  name: 'openid-connect',
  version,
  priority: 1050,
  protocols: ['grpc', 'grpcs', 'http', 'https'],
  schema,
  codes: { ...openidConnectCodes, ...onlineCodes },
  check: (config, given, report, entities) => checkConfig(config, given, schema, report, entities),
};
