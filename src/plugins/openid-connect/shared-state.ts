import { randomBytes } from 'node:crypto';
import { IssuerRegistry } from '../../oidc/issuer-registry.ts';
import { ProviderHttp } from '../../oidc/provider-http.ts';
import { SigningKeys } from '../../oidc/signing-keys.ts';
import type { PluginHost } from '../../pdk/plugin.ts';
import type { FastLane } from './fast-lane.ts';
import { UsedProofs } from './proof/used-proofs.ts';

/** What all instances of the plugin in one gateway share, and a reload keeps. */
export class SharedState {
  readonly http: ProviderHttp;
  readonly issuers: IssuerRegistry;
  /** The gateway's own keys, for clients of its own that sign. */
  readonly keys: SigningKeys;
  /** Salt of instances that configure none: tokens are then cached for this process alone. */
  readonly salt = randomBytes(32).toString('base64url');
  readonly lanes = new Set<FastLane>();
  readonly usedProofs: UsedProofs;

  constructor(host: PluginHost) {
    const { deniedIdpAddresses: deniedAddresses, trustedCertificates } = host;
    this.http = new ProviderHttp({ deniedAddresses, trustedCertificates });
    this.usedProofs = new UsedProofs(host.cache('dpop-proofs'), host.clock);
    this.keys = new SigningKeys({ store: host.cache('signing-keys'), clock: host.clock, log: host.log });
    this.issuers = new IssuerRegistry({
      discovery: host.cache('discovery'),
      jwks: host.cache('jwks'),
      http: this.http,
      clock: host.clock,
      log: host.log,
    });
  }

  /** Forgets what instances remember beside the caches, so that the caches are asked again. */
  clearLanes(): void {
    for (const lane of this.lanes) lane.clear();
  }

  /** Ends connections to identity providers. */
  async close(): Promise<void> {
    this.keys.close();
    await this.http.close();
  }
}

/** The shared state of a gateway, made on first use. */
export function sharedState(host: PluginHost): SharedState {
  return host.shared('openid-connect', () => new SharedState(host));
}
