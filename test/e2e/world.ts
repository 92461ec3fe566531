import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningGateway, startCli } from '../support/run-cli.ts';
import { startUpstream } from '../support/upstream.ts';
import { Authority, type Issued } from './authority.ts';
import { freePort } from '../support/free-port.ts';
import { type EchoServer, startHttpbin, whyNoHttpbin } from './httpbin.ts';
import { Keycloak } from './keycloak.ts';
import { prepareRealm } from './keycloak-files.ts';

/** A route with its path and the config of its plugin, but for the issuer. */
export interface OidcRoute {
  readonly path: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What else a config has. */
export interface ConfigExtras {
  /** Further entities: consumers, certificates and so on. */
  readonly entities?: Readonly<Record<string, unknown>>;
}

/** The servers of the acceptance scenario: Keycloak, httpbin, and the certificates all trust. */
export class World {
  readonly keycloak: Keycloak;
  readonly authority: Authority;
  /** For the gateway's TLS listener. */
  readonly certificate: Issued;
  readonly upstreamUrl: string;
  /** Why an imitation stands in for httpbin; null when it does not. */
  readonly whyNoHttpbin: string | null;
  readonly #folder: string;
  readonly #echo: EchoServer;
  readonly #adminPort: number;
  readonly #gateways: RunningGateway[] = [];

  /** Starts Keycloak and httpbin. Only after `whyNoKeycloak` had no objection. */
  static async start(serviceTokenSeconds: number): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'gw-e2e-'));
    const authority = await Authority.create(folder);
    const adminPort = await freePort();
    const whyNot = await whyNoHttpbin();
    prepareRealm({ serviceTokenSeconds, adminUrl: `http://127.0.0.1:${adminPort}` });
    const [certificate, echo, keycloak] = await Promise.all([
      authority.issue('gateway', '/CN=localhost', 'server'),
      whyNot === null ? startHttpbin() : startUpstream(),
      Keycloak.launch(authority),
    ]);
    return new World({ folder, authority, adminPort, certificate, echo, keycloak, whyNot });
  }

  private constructor(parts: {
    readonly folder: string;
    readonly authority: Authority;
    readonly adminPort: number;
    readonly certificate: Issued;
    readonly echo: EchoServer;
    readonly keycloak: Keycloak;
    readonly whyNot: string | null;
  }) {
    this.keycloak = parts.keycloak;
    this.authority = parts.authority;
    this.certificate = parts.certificate;
    this.upstreamUrl = `${parts.echo.url}/anything`;
    this.whyNoHttpbin = parts.whyNot;
    this.#folder = parts.folder;
    this.#echo = parts.echo;
    this.#adminPort = parts.adminPort;
  }

  /** A declarative config with one service, which echoes, and these routes to it. */
  config(routes: readonly OidcRoute[], { entities = {} }: ConfigExtras = {}): string {
    const withPlugin = ({ path, config }: OidcRoute): object => ({
      name: path.slice(1),
      paths: [path],
      plugins: [{ name: 'openid-connect', config: { issuer: this.keycloak.issuer, ...config } }],
    });
    return JSON.stringify({
      _format_version: '3.0',
      services: [{ name: 'openid-connect', url: this.upstreamUrl, routes: routes.map(withPlugin) }],
      ...entities,
    });
  }

  /**
   * Runs gw, its Admin API where Keycloak looks for keys: so one at a time.
   * @param config `null` to start it with no file
   */
  async gateway(config: string | null, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
    const file = config === null ? [] : ['-c', this.file(config)];
    const listen = ['--proxy-listen', '127.0.0.1:0, 127.0.0.1:0 ssl', '--admin-listen', `127.0.0.1:${this.#adminPort}`];
    const gateway = await startCli([...file, '--log-level', 'debug', ...listen], {
      env: {
        KONG_SSL_CERT: this.certificate.certificateFile,
        KONG_SSL_CERT_KEY: this.certificate.keyFile,
        KONG_LUA_SSL_TRUSTED_CERTIFICATE: this.authority.certificateFile,
        ...env,
      },
    });
    this.#gateways.push(gateway);
    return gateway;
  }

  /** Writes a config where commands can read it. */
  file(config: string): string {
    const file = join(this.#folder, `${randomUUID()}.yml`);
    writeFileSync(file, config);
    return file;
  }

  /** What all gateways have logged so far. */
  logs(): string {
    return this.#gateways.map((gateway) => gateway.stderr()).join('');
  }

  async close(): Promise<void> {
    await Promise.all([this.keycloak.stop(), this.#echo.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The URL of the gateway's TLS listener, by the name its certificate has. */
export function secureUrl({ proxy }: RunningGateway): string {
  const [{ port } = { port: 0 }] = proxy.slice(1);
  return `https://localhost:${port}`;
}
