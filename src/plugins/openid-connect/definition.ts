import type { PluginDefinition } from '../../pdk/plugin.ts';
import { adminEndpoints, issuerStatus } from './admin.ts';
import type { OpenidConnectConfig } from './config.ts';
import { createHandler } from './create-handler.ts';
import { openidConnectDescription } from './description.ts';
import { lookedAtKinds } from './looked-at-kinds.ts';
import { checkOnline } from './online-check.ts';
import { looksAtConnection } from './proof/possession-settings.ts';

/** Kong's `openid-connect`, as far as gw runs it: see `implemented-fields.ts` and `docs/openid-connect.md`. */
export const openidConnect: PluginDefinition<OpenidConnectConfig> = {
  ...openidConnectDescription,
  create: createHandler,
  looksAt: lookedAtKinds,
  wantsClientCertificate: looksAtConnection,
  checkOnline,
  status: issuerStatus,
  admin: adminEndpoints,
};
