import type { Plugin } from '../../entities/plugin.ts';
import type { Route } from '../../entities/route.ts';

/**
 * The server names whose clients are asked for a certificate. Which route a request will take is not known before it
 * comes; as in Kong, the `snis` of the routes that a plugin is for tell, and without them all clients are asked.
 */
export class ClientCertificateNames {
  readonly #exact = new Set<string>();
  /** `.a.test` for `*.a.test`. */
  readonly #ends: string[] = [];
  /** `a.` for `a.*`. */
  readonly #beginnings: string[] = [];
  #isAll = false;

  /**
   * @param wanting the plugins that look at certificates
   * @param routesOf the routes that a plugin is for; `null` for any
   */
  constructor(wanting: readonly Plugin[], routesOf: (plugin: Plugin) => readonly Route[] | null) {
    for (const plugin of wanting) {
      const concerned = routesOf(plugin);
      if (concerned === null) this.#isAll = true;
      else for (const route of concerned) this.#addAll(route.snis ?? []);
    }
  }

  has(serverName: string | null): boolean {
    if (this.#isAll) return true;
    if (serverName === null) return false;
    const name = serverName.toLowerCase();
    return (
      this.#exact.has(name) ||
      this.#ends.some((end) => name.endsWith(end)) ||
      this.#beginnings.some((beginning) => name.startsWith(beginning))
    );
  }

  #addAll(names: readonly string[]): void {
    if (names.length === 0) this.#isAll = true;
    for (const name of names.map((each) => each.toLowerCase())) {
      if (name.startsWith('*')) this.#ends.push(name.slice(1));
      else if (name.endsWith('*')) this.#beginnings.push(name.slice(0, -1));
      else this.#exact.add(name);
    }
  }
}
