import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/lib/package-info.ts';
import { changesOf, Deck, whyNoDeck } from '../test/e2e/deck/command.ts';
import { pinSelf, startChild, startHelper } from './child.ts';
import { loadCore } from './contenders.ts';
import { PacedLoad, type Window } from './paced-load.ts';
import { machine } from './report.ts';

// What a large sync by decK costs those who use the gateway meanwhile: how long their requests take through a route that
// is there all the time, beside an idle gateway, and beside one whose neighbour core is as busy as decK makes it.

const { values: flags } = parseArgs({ options: { smoke: { type: 'boolean', default: false } } });
const services = flags.smoke ? 50 : 5_000;
const idleSeconds = flags.smoke ? 1 : 15;

const objection = await whyNoDeck();
if (objection !== null) {
  console.log(`SKIPPED: ${objection}`);
  process.exit(0);
}

pinSelf(loadCore);
const folder = mkdtempSync(join(tmpdir(), 'gw-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const upstream = await startHelper('upstream', loadCore);
const gw = await startChild({
  command: process.execPath,
  args: [join(packageRoot, 'bin/gw.js'), 'start', '--ready-json'],
  env: {
    GW_PROXY_LISTEN: '127.0.0.1:0',
    GW_ADMIN_LISTEN: '127.0.0.1:0',
    GW_PROXY_ACCESS_LOG: 'off',
    GW_LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
  },
  // Not one core alone: helper threads of V8, which mark garbage and compile, would take it from the event loop.
  core: 'both',
});
const { proxy, admin } = JSON.parse(gw.readyLine) as Readonly<
  Record<'proxy' | 'admin', readonly { readonly url: string }[]>
>;
const origin = proxy[0]?.url ?? '';
const adminUrl = admin[0]?.url ?? '';
const deck = new Deck(adminUrl, {}, 19);

const small = file('small.json', configOf(0));
const large = file('large.json', configOf(services));
await sync(small);
const load = new PacedLoad({ origin, path: '/plain/1k', connections: 8, perSecond: 200 });
await seconds(flags.smoke ? 0.5 : 5);
load.cut();
await seconds(idleSeconds);
const idle = load.cut();
const neighbour = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
await seconds(idleSeconds);
const busy = load.cut();
neighbour.kill('SIGKILL');
await once(neighbour, 'exit');

const before = await commits();
load.cut();
const startedAt = performance.now();
const written = await sync(large);
const tookMs = performance.now() - startedAt;
const during = load.cut();
const after = await commits();
const againAt = performance.now();
const again = await sync(large);
const againMs = performance.now() - againAt;
load.cut();
await seconds(idleSeconds);
const full = load.cut();
load.stop();
await gw.stop();

console.log(`| requests through an existing route, 200 per second | p50 ms | p99 ms | longest ms | errors |`);
console.log('|---|--:|--:|--:|--:|');
row('idle', idle);
row('idle, the other core busy', busy);
row(`while decK syncs ${services} services and ${2 * services} routes`, during);
row('idle, with all of these', full);
console.log(`\n${written} writes in ${(tookMs / 1_000).toFixed(1)} s, compiled ${after - before} times`);
console.log(`the same again: ${again} writes in ${(againMs / 1_000).toFixed(1)} s`);
const ratio = (window: Window): string => (during.p99Ms / window.p99Ms).toFixed(2);
console.log(`p99 during the sync: ${ratio(idle)} times idle, ${ratio(busy)} times idle beside a busy core`);
console.log(`\n${machine('gw on both cores; decK, load and upstream on core 1')}`);
process.exit(0);

/** One service that answers, and `count` more with two routes each. */
function configOf(count: number): string {
  const { protocol, hostname, port } = new URL(upstream);
  const target = { protocol: protocol.slice(0, -1), host: hostname, port: Number(port) };
  const more = Array.from({ length: count }, (_, at) => ({
    name: `service-${at}`,
    ...target,
    routes: [
      { name: `route-${at}-a`, paths: [`/team-${at % 50}/service-${at}`], strip_path: true },
      { name: `route-${at}-b`, hosts: [`service-${at}.example.test`], paths: ['/'], methods: ['GET', 'POST'] },
    ],
  }));
  const plain = { name: 'plain', ...target, routes: [{ name: 'plain', paths: ['/plain'], strip_path: false }] };
  return JSON.stringify({ _format_version: '3.0', services: [plain, ...more] });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** @returns how many entities decK wrote */
async function sync(path: string): Promise<number> {
  const result = await deck.run('sync', '--silence-events', path);
  const changes = changesOf(result);
  if (result.code !== 0 || changes === null) throw new Error(`decK failed: ${result.stderr}${result.stdout}`);
  return changes.created + changes.updated + changes.deleted;
}

/** Of `/status`, what counts here. */
interface Status {
  readonly gw: { readonly config: { readonly writes: { readonly commits: number } } };
}

/** How often changes have been compiled and put in force. */
async function commits(): Promise<number> {
  const { gw: own } = (await (await fetch(`${adminUrl}/status`)).json()) as Status;
  return own.config.writes.commits;
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1_000));
}

function row(name: string, { p50Ms, p99Ms, maxMs, errors }: Window): void {
  console.log(`| ${name} | ${[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(2)).join(' | ')} | ${errors} |`);
}
