import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/lib/package-info.ts';

const version = '26.7.3';
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'gw-e2e');
const home = join(cache, `keycloak-${version}`);
const realmFile = join(packageRoot, '../shared/fixtures-keycloak/realm.json');
const run = promisify(execFile);

/**
 * Makes sure that Keycloak can run here: downloads it if need be, once, into the user's cache folder. Answers why it
 * cannot, in one line; `null` when it can.
 */
export async function whyNoKeycloak(): Promise<string | null> {
  if (!existsSync(realmFile)) return `${realmFile} is missing`;
  if (!(await succeeds('java', ['-version']))) return 'there is no java';
  if (existsSync(home)) return null;
  if (!(await succeeds('mvn', ['--version']))) return 'there is no mvn to download Keycloak with';
  try {
    await download();
    return null;
  } catch (error) {
    return `Keycloak could not be downloaded: ${String(error).split('\n')[0] ?? ''}`;
  }
}

/** A real Keycloak with the acceptance realm, its database in memory: each start is a new one with new keys. */
export class Keycloak {
  readonly port: number;
  #process: ChildProcess | null = null;
  #output: string[] = [];

  /** Starts it, which takes half a minute. Only after {@link whyNoKeycloak} had no objection. */
  static async launch(tokenLifespanSeconds: number): Promise<Keycloak> {
    importRealm(tokenLifespanSeconds);
    const keycloak = new Keycloak(await freePort());
    await keycloak.start();
    return keycloak;
  }

  private constructor(port: number) {
    this.port = port;
  }

  get issuer(): string {
    return `http://localhost:${this.port}/realms/gateway`;
  }

  /** How many events of a type, such as `CLIENT_LOGIN`, a client has caused since the start. */
  events(type: string, clientId: string): number {
    return this.#output.filter((line) => line.includes(`type="${type}"`) && line.includes(`clientId="${clientId}"`))
      .length;
  }

  /** Starts it on the same port, and waits until it listens. @throws with its last lines when it gives up */
  async start(): Promise<void> {
    const options = ['--import-realm', '--db=dev-mem', `--http-port=${this.port}`, '--http-host=127.0.0.1'];
    // Successful logins are events at level debug unless told otherwise.
    const events = '--spi-events-listener--jboss-logging--success-level=info';
    const child = spawn('bash', [join(home, 'bin/kc.sh'), 'start-dev', ...options, events], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // The script starts Java as a child; a group of their own lets both be ended at once.
      detached: true,
    });
    this.#process = child;
    this.#output = [];
    const lines = createInterface({ input: child.stdout });
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        this.#output.push(line);
        if (line.includes('Listening on:')) resolve();
      });
      child.stderr.resume();
      child.once('exit', () => reject(new Error(`Keycloak did not start:\n${this.#output.slice(-20).join('\n')}`)));
    });
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await gone;
  }
}

async function download(): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
  await run('mvn', ['-q', '-B', plugin, `-Dartifact=${artifact}`, `-DoutputDirectory=${cache}`], { cwd: cache });
  // Unpacked beside its place and moved: half a folder must not be taken for a whole one.
  const unpacked = join(cache, `unpacking-${process.pid}`);
  mkdirSync(unpacked);
  await run('jar', ['xf', join(cache, `keycloak-quarkus-dist-${version}.zip`)], { cwd: unpacked });
  renameSync(join(unpacked, `keycloak-${version}`), home);
}

/** Puts the realm where Keycloak imports it from, with a shorter life for the tokens of `service`. */
function importRealm(tokenLifespanSeconds: number): void {
  interface Realm {
    readonly clients: readonly { readonly clientId: string; readonly attributes: Record<string, string> }[];
  }
  const realm = JSON.parse(readFileSync(realmFile, 'utf8')) as Realm;
  const service = realm.clients.find(({ clientId }) => clientId === 'service');
  if (service === undefined) throw new Error(`no client "service" in ${realmFile}`);
  service.attributes['access.token.lifespan'] = String(tokenLifespanSeconds);
  mkdirSync(join(home, 'data/import'), { recursive: true });
  writeFileSync(join(home, 'data/import/gateway-realm.json'), JSON.stringify(realm));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
}
