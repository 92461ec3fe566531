import { join } from 'node:path';
import type { Authority, Issued } from './authority.ts';
import { ChildServer } from './child-server.ts';
import { freePort } from '../support/free-port.ts';
import { keycloakHome } from './keycloak-files.ts';

/** How often Keycloak may fetch the keys of a client again, in seconds; its default is 10. */
const KEY_FETCH_SECONDS = 1;

/** A real Keycloak with the acceptance realm, its database in memory: each start is a new one with new keys. */
export class Keycloak {
  readonly port: number;
  readonly securePort: number;
  readonly #authority: Authority;
  readonly #certificate: Issued;
  #server: ChildServer | null = null;

  /** Starts it, which takes half a minute. The realm must have been prepared. */
  static async launch(authority: Authority): Promise<Keycloak> {
    const certificate = await authority.issue('keycloak', '/CN=localhost', 'server');
    const keycloak = new Keycloak(await freePort(), await freePort(), authority, certificate);
    await keycloak.start();
    return keycloak;
  }

  private constructor(port: number, securePort: number, authority: Authority, certificate: Issued) {
    this.port = port;
    this.securePort = securePort;
    this.#authority = authority;
    this.#certificate = certificate;
  }

  get issuer(): string {
    return `http://localhost:${this.port}/realms/gateway`;
  }

  /** The same realm where clients are asked for a certificate. It says `issuer` of itself there, too. */
  get secureIssuer(): string {
    return `https://localhost:${this.securePort}/realms/gateway`;
  }

  get secureTokenEndpoint(): string {
    return `${this.secureIssuer}/protocol/openid-connect/token`;
  }

  /** How many events of a type, such as `CLIENT_LOGIN`, a client has caused since the last start. */
  events(type: string, clientId: string): number {
    return this.#events(type, clientId).length;
  }

  /** A value that the latest of these events has, such as `client_auth_method`; null when there is none. */
  latest(type: string, clientId: string, field: string): string | null {
    const [line = ''] = this.#events(type, clientId).slice(-1);
    return new RegExp(`\\b${field}="([^"]*)"`).exec(line)?.[1] ?? null;
  }

  /** Starts it on the same ports, and waits until it listens. @throws with its last lines when it gives up */
  async start(): Promise<void> {
    const options = [
      ...['--import-realm', '--db=dev-mem', '--http-host=127.0.0.1'],
      ...[`--http-port=${this.port}`, `--https-port=${this.securePort}`],
      // One issuer on both ports. The endpoints it announces are on the port that was asked.
      ...[`--hostname=http://localhost:${this.port}`, '--hostname-backchannel-dynamic=true'],
      `--https-certificate-file=${this.#certificate.certificateFile}`,
      `--https-certificate-key-file=${this.#certificate.keyFile}`,
      ...[`--https-trust-store-file=${this.#authority.certificateFile}`, '--https-client-auth=request'],
      `--spi-public-key-storage--infinispan--min-time-between-requests=${KEY_FETCH_SECONDS}`,
      // Successful logins are events at level debug unless told otherwise.
      '--spi-events-listener--jboss-logging--success-level=info',
    ];
    this.#server = await ChildServer.start(['bash', join(keycloakHome, 'bin/kc.sh'), 'start-dev', ...options], (line) =>
      line.includes('Listening on:'),
    );
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  #events(type: string, clientId: string): readonly string[] {
    const lines = this.#server?.lines ?? [];
    return lines.filter((line) => line.includes(`type="${type}"`) && line.includes(`clientId="${clientId}"`));
  }
}
