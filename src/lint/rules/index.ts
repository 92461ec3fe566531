import type { LintRule } from '../rule.ts';
import { certificateExpiry } from './certificates.ts';
import { missingTags, namingConvention, unnamedEntity } from './conventions.ts';
import { oldFormatVersion, portableFormat, unusedAnchor } from './file-format.ts';
import { corsWildcardCredentials, credentialsSentUpstream, disabledPlugin, overriddenPlugin } from './plugins.ts';
import { missingTokensSalt, passwordAndClientCredentials, plainHttpEndpoint } from './identity-providers.ts';
import {
  greedyRegexPath,
  idleRegexPriority,
  openEndedRegexPath,
  slowRegex,
  stripsWholePath,
  trailingSlashPath,
} from './regex-paths.ts';
import { openCatchAll, plainHttpRoute, routeWithoutAuth, routeWithoutRateLimit } from './route-protection.ts';
import { oldPathHandling, protocolMismatch, routeWithoutService, upperCaseHost } from './routes.ts';
import { literalCredential, literalSecret } from './secrets.ts';
import {
  defaultTimeouts,
  openAdminApi,
  plainHttpService,
  pluginOnDisabledService,
  serviceWithoutRoutes,
  tlsVerifyOff,
} from './services.ts';
import { tiedRoutes } from './tied-routes.ts';
import { unreachableRoute } from './unreachable-route.ts';
import {
  unusedCaCertificate,
  unusedCertificate,
  unusedConsumer,
  unusedConsumerGroup,
  unusedPartial,
  unusedPluginConfig,
} from './unused.ts';
import { unusedUpstream, upstreamWithoutHealthChecks, upstreamWithoutTargets } from './upstreams.ts';

/** Every rule that comes with gw, in the order of `docs/lint.md`: by what they are about. */
export const lintRules: readonly LintRule[] = [
  ...[unreachableRoute, tiedRoutes, routeWithoutService, protocolMismatch, upperCaseHost],
  ...[slowRegex, greedyRegexPath, openEndedRegexPath, stripsWholePath, idleRegexPriority, trailingSlashPath],
  ...[oldPathHandling, openCatchAll, routeWithoutAuth, routeWithoutRateLimit, plainHttpRoute],
  ...[serviceWithoutRoutes, defaultTimeouts, plainHttpService, tlsVerifyOff, openAdminApi, pluginOnDisabledService],
  ...[upstreamWithoutTargets, upstreamWithoutHealthChecks, unusedUpstream],
  ...[passwordAndClientCredentials, plainHttpEndpoint, missingTokensSalt],
  ...[corsWildcardCredentials, credentialsSentUpstream, overriddenPlugin, disabledPlugin],
  ...[literalSecret, literalCredential, certificateExpiry],
  ...[unusedConsumer, unusedConsumerGroup, unusedCertificate, unusedCaCertificate, unusedPartial, unusedPluginConfig],
  ...[unusedAnchor, oldFormatVersion, portableFormat, unnamedEntity, namingConvention, missingTags],
];
