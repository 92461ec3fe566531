import type { JsonSchema } from '../../lib/json.ts';
import type { CheckLookups, PluginFinding } from '../../pdk/plugin.ts';
import { checkClientAuth } from './checks/client-auth.ts';
import { createContext } from './checks/context.ts';
import { checkCookies } from './checks/cookies.ts';
import { checkEndpoints, checkIssuer, checkPseudoIssuer } from './checks/issuer.ts';
import { checkClientLists, checkConflicts, checkHeaderNames, checkPairs, checkRequiredLists } from './checks/lists.ts';
import { checkMethodSettings } from './checks/methods.ts';
import { checkPossession } from './checks/possession.ts';
import { checkReferences } from './checks/references.ts';
import { checkCache, checkReservedNames, checkSafeguards } from './checks/safety.ts';
import { checkDeprecated, checkFieldSupport, checkMethods } from './checks/support.ts';
import { checkTokenExchange } from './checks/token-exchange.ts';
import { checkTransport } from './checks/transport.ts';
import type { OpenidConnectConfig } from './config.ts';

/** All that can be said about a config without asking anybody, beyond its types. */
export function checkConfig(
  config: OpenidConnectConfig,
  given: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  report: (finding: PluginFinding) => void,
  entities: CheckLookups | null = null,
): void {
  const context = createContext(config, given, report, entities);
  checkIssuer(context);
  checkEndpoints(context);
  checkPseudoIssuer(context);
  checkTransport(context);
  checkPairs(context);
  checkClientLists(context);
  checkConflicts(context);
  checkRequiredLists(context);
  checkHeaderNames(context);
  checkMethods(context);
  checkMethodSettings(context);
  checkClientAuth(context);
  checkPossession(context);
  checkCookies(context);
  checkReferences(context);
  checkTokenExchange(context);
  checkSafeguards(context);
  checkCache(context);
  checkReservedNames(context);
  checkDeprecated(context, schema);
  checkFieldSupport(context, schema);
}
