import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Authority } from '../test/e2e/authority.ts';
import { Keycloak } from '../test/e2e/keycloak.ts';
import { prepareRealm, whyNoKeycloak } from '../test/e2e/keycloak-files.ts';
import { startHelper } from './child.ts';
import { basic, loadCore, startGw } from './contenders.ts';
import { machine, median } from './report.ts';
import { askForToken, oneTimeClients, send } from './token-call.ts';

// How much longer the first request with a credential takes than the token call it cannot do without: both in turn, over
// connections that are open, each client once. gw knows the provider's document and keys.

/** A provider that takes part. */
interface Provider {
  readonly name: string;
  readonly issuer: string;
  readonly endpoint: string;
  readonly scope: string;
  stop(): Promise<void>;
}

const { values: flags } = parseArgs({ options: { smoke: { type: 'boolean', default: false } } });
/** Clients that get machine code made on both sides before the first figure counts. */
const warmUp = flags.smoke ? 5 : 300;
const clients = oneTimeClients.slice(0, flags.smoke ? 10 : undefined);

const rows: string[] = [];
const upstream = await startHelper('upstream', loadCore);
rows.push(await measure(await ownProvider()));
const objection = flags.smoke ? 'not in a smoke run' : await whyNoKeycloak();
if (objection === null) rows.push(await measure(await keycloak()));
else console.error(`without Keycloak: ${objection}`);
console.log('| provider | token call ms | plain request ms | both | first request ms | of the token call | of both |');
console.log('|---|--:|--:|--:|--:|--:|--:|');
console.log(`${rows.join('\n')}\n\n${machine()}`);
process.exit(0);

async function measure(provider: Provider): Promise<string> {
  const gw = await startGw(upstream, provider.issuer, [], provider.scope);
  const times: { readonly bare: number; readonly plain: number; readonly first: number }[] = [];
  for (const { id, secret } of clients) {
    const authorization = basic(id, secret);
    const bare = await timed(() => askForToken(provider.endpoint, authorization, provider.scope));
    const plain = await timed(() => send(`${gw.origin}/plain/1k`, 'GET'));
    const first = await timed(() => send(`${gw.origin}/secured/1k`, 'GET', { authorization }));
    times.push({ bare, plain, first });
  }
  await Promise.all([gw.stop(), provider.stop()]);
  const of = (pick: (time: (typeof times)[number]) => number): number => median(times.slice(warmUp).map(pick));
  const [bare, plain, first] = [of((time) => time.bare), of((time) => time.plain), of((time) => time.first)];
  const both = bare + plain;
  const cells = [provider.name, bare, plain, both, first, first / bare, first / both];
  return `| ${cells.map((cell) => (typeof cell === 'string' ? cell : cell.toFixed(2))).join(' | ')} |`;
}

async function ownProvider(): Promise<Provider> {
  const issuer = await startHelper('idp', loadCore);
  const endpoint = `${issuer}/token`;
  return { name: 'oidc-provider, in memory', issuer, endpoint, scope: 'read', stop: () => Promise.resolve() };
}

async function keycloak(): Promise<Provider> {
  const folder = mkdtempSync(join(tmpdir(), 'gw-bench-'));
  const authority = await Authority.create(folder);
  prepareRealm({ serviceTokenSeconds: 600, adminUrl: 'http://127.0.0.1:9', alikes: clients });
  const server = await Keycloak.launch(authority);
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true });
  };
  const endpoint = `${server.issuer}/protocol/openid-connect/token`;
  return { name: 'Keycloak 26', issuer: server.issuer, endpoint, scope: 'openid', stop };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
