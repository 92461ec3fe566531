import type { EntityKind } from '../../entities/kinds.ts';
import type { CrossCheck, EntityCheck } from './check.ts';
import { checkCaCertificate, checkCertificate } from './certificate.ts';
import { checkConsumer } from './consumer.ts';
import { checkJwtSecret, checkOauth2Credential } from './credential.ts';
import { checkClonedPlugins, checkCustomEntity } from './declared.ts';
import { checkFilterChain } from './filter-chain.ts';
import { checkKey } from './key.ts';
import { checkPartial } from './partial.ts';
import { checkRoute } from './route.ts';
import { checkService } from './service.ts';
import { checkSni } from './sni.ts';
import { checkTarget } from './target.ts';
import { checkUpstream } from './upstream.ts';
import { checkVault, checkVaults } from './vault.ts';

/** The checks of each kind. */
export const entityChecks: Readonly<Partial<Record<EntityKind, EntityCheck>>> = {
  services: checkService,
  routes: checkRoute,
  consumers: checkConsumer,
  upstreams: checkUpstream,
  targets: checkTarget,
  certificates: checkCertificate,
  ca_certificates: checkCaCertificate,
  snis: checkSni,
  keys: checkKey,
  jwt_secrets: checkJwtSecret,
  oauth2_credentials: checkOauth2Credential,
  filter_chains: checkFilterChain,
  partials: checkPartial,
  vaults: checkVault,
  custom_entities: checkCustomEntity,
};

/** Checks over the whole config, beside references and uniqueness. */
export const crossChecks: readonly CrossCheck[] = [checkVaults, checkClonedPlugins];
