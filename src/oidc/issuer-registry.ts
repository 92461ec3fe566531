import { discoveryUrl } from './discovery-url.ts';
import { Issuer } from './issuer.ts';
import type { IssuerDependencies } from './issuer-fetches.ts';
import { type IssuerSettings, settingsDigest } from './issuer-settings.ts';
import type { IssuerUser, IssuerView } from './issuer-view.ts';

/**
 * All issuers of a gateway process. Plugin instances with equal settings share one, and it outlives a reload as long
 * as somebody uses it: acquire for the new configuration before releasing for the old.
 */
export class IssuerRegistry {
  readonly #deps: IssuerDependencies;
  readonly #issuers = new Map<string, Issuer>();

  constructor(deps: IssuerDependencies) {
    this.#deps = deps;
  }

  /** The issuer with exactly these settings. Makes no network call. */
  acquire(settings: IssuerSettings, user: IssuerUser): Issuer {
    const digest = settingsDigest(settings);
    let issuer = this.#issuers.get(digest);
    if (issuer === undefined) {
      issuer = new Issuer(settings, this.#deps);
      this.#issuers.set(digest, issuer);
    }
    issuer.users.push(user);
    return issuer;
  }

  /** Ends one use; the last one drops the issuer. Its documents stay cached. */
  release(issuer: Issuer, user: IssuerUser): void {
    const index = issuer.users.findIndex(({ pluginId, scope }) => pluginId === user.pluginId && scope === user.scope);
    if (index >= 0) issuer.users.splice(index, 1);
    if (issuer.users.length > 0) return;
    this.#issuers.delete(settingsDigest(issuer.settings));
    issuer.close();
  }

  /** The issuers in use, in the order they were first used. */
  all(): readonly Issuer[] {
    return [...this.#issuers.values()];
  }

  /** One per issuer, in the order they were first used; `configuration` is null for those never contacted. */
  views(): readonly IssuerView[] {
    return [...this.#issuers.values()].map((issuer) => issuer.view());
  }

  /** Drops documents and keys of the issuers with this id or URL (either spelling). False when there is none. */
  async forget(issuerOrId: string): Promise<boolean> {
    const url = discoveryUrl(issuerOrId);
    const found = [...this.#issuers.values()].filter(
      ({ id, settings }) => id === issuerOrId || discoveryUrl(settings.issuer) === url,
    );
    await Promise.all(found.map((issuer) => issuer.forget()));
    return found.length > 0;
  }

  /** Drops documents and keys of all issuers. */
  async forgetAll(): Promise<void> {
    await Promise.all([...this.#issuers.values()].map((issuer) => issuer.forget()));
  }
}
