import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/lib/package-info.ts';
import { downloadFolder, firstLine, succeeds } from './download-folder.ts';

const version = '26.7.3';
const run = promisify(execFile);

/** Where the server is unpacked. */
export const keycloakHome = join(downloadFolder, `keycloak-${version}`);

/**
 * Makes sure that Keycloak can run here: downloads it if need be, once. Answers why it cannot, in one line; `null` when
 * it can.
 */
export async function whyNoKeycloak(): Promise<string | null> {
  if (!(await succeeds('openssl', ['version']))) return 'there is no openssl to make certificates with';
  if (!(await succeeds('java', ['-version']))) return 'there is no java';
  if (existsSync(keycloakHome)) return null;
  if (!(await succeeds('mvn', ['--version']))) return 'there is no mvn to download Keycloak with';
  try {
    await download();
    return null;
  } catch (error) {
    return `Keycloak could not be downloaded: ${firstLine(error)}`;
  }
}

async function download(): Promise<void> {
  mkdirSync(downloadFolder, { recursive: true });
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
  const options = [`-Dartifact=${artifact}`, `-DoutputDirectory=${downloadFolder}`];
  await run('mvn', ['-q', '-B', plugin, ...options], { cwd: downloadFolder });
  // Unpacked beside its place and moved: half a folder must not be taken for a whole one.
  const unpacked = join(downloadFolder, `unpacking-${process.pid}`);
  mkdirSync(unpacked);
  await run('jar', ['xf', join(downloadFolder, `keycloak-quarkus-dist-${version}.zip`)], { cwd: unpacked });
  renameSync(join(unpacked, `keycloak-${version}`), keycloakHome);
}

/** What differs between the realm's file and a run. */
export interface RealmChanges {
  /** Life of the access tokens of `service`: the file's minute is long to wait for. */
  readonly serviceTokenSeconds: number;
  /** Base URL of the gateway's Admin API, where Keycloak fetches the keys of `kong`. */
  readonly adminUrl: string;
  /** Further clients that are as `service` but for id and secret. */
  readonly alikes?: readonly { readonly id: string; readonly secret: string }[];
}

interface RealmClient {
  readonly clientId: string;
  readonly secret?: string;
  readonly attributes: Record<string, string>;
}

/** Puts the realm where Keycloak imports it from. */
export function prepareRealm({ serviceTokenSeconds, adminUrl, alikes = [] }: RealmChanges): void {
  const text = readFileSync(join(packageRoot, 'fixtures/keycloak/realm.json'), 'utf8');
  const realm = JSON.parse(text) as { readonly clients: RealmClient[] };
  const find = (id: string): RealmClient => {
    const client = realm.clients.find(({ clientId }) => clientId === id);
    if (client === undefined) throw new Error(`no client "${id}" in the realm`);
    return client;
  };
  const service = find('service');
  service.attributes['access.token.lifespan'] = String(serviceTokenSeconds);
  find('kong').attributes['jwks.url'] = `${adminUrl}/openid-connect/jwks`;
  // Keycloak gives those of the copies.
  const withoutIds = JSON.stringify(service, (key, value: unknown) => (key === 'id' ? undefined : value));
  const copy = JSON.parse(withoutIds) as RealmClient;
  realm.clients.push(...alikes.map(({ id, secret }) => ({ ...copy, clientId: id, secret })));
  mkdirSync(join(keycloakHome, 'data/import'), { recursive: true });
  writeFileSync(join(keycloakHome, 'data/import/gateway-realm.json'), JSON.stringify(realm));
}
