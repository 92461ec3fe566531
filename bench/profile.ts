import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/lib/package-info.ts';
import { pinSelf, startHelper } from './child.ts';
import { loadCore, startGw } from './contenders.ts';
import { Load } from './load.ts';
import { scenarioNames, scenarios } from './measure.ts';
import { tokenOf } from './token-call.ts';

/** The parts of a `.cpuprofile` that are read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Node id of each sample, and microseconds since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const { values: flags } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'plain 1 KB' },
    seconds: { type: 'string', default: '5' },
    top: { type: 'string', default: '40' },
  },
});

// Where gw's CPU time goes under load: `node dist/bench/profile.js [--scenario "cached credential 1 KB"]`. Prints the
// functions with the most time of their own, and leaves the profile for the browser's performance tools.
pinSelf(loadCore);
if (!scenarioNames.some((name) => name === flags.scenario)) {
  throw new Error(`--scenario is one of: ${scenarioNames.join(', ')}`);
}
const folder = mkdtempSync(join(tmpdir(), 'gw-profile-'));
const [upstream, issuer] = await Promise.all([startHelper('upstream', loadCore), startHelper('idp', loadCore)]);
const scenario = scenarios(await tokenOf(issuer)).find(({ name }) => name === flags.scenario);
if (scenario === undefined) throw new TypeError('a name without a scenario');
const gw = await startGw(upstream, issuer, ['--cpu-prof', `--cpu-prof-dir=${folder}`]);
const load = new Load({ origin: gw.origin, path: scenario.path, headers: scenario.headers, connections: 64 });
load.mark();
await wait(Number(flags.seconds) * 1_000);
const { requests, errors } = load.stop();
await gw.stop();
console.log(`${scenario.name}: ${requests} requests, ${errors} errors\n`);
for (const name of readdirSync(folder)) {
  const file = join(folder, name);
  console.log(ownTimes(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile).join('\n'));
  console.log(`\n${file}`);
}
process.exit(0);

function ownTimes({ nodes, samples, timeDeltas }: CpuProfile): string[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  let total = 0;
  samples.forEach((id, i) => {
    const place = places.get(id) ?? '?';
    if (place.startsWith('(idle)')) return;
    const micros = timeDeltas[i] ?? 0;
    total += micros;
    times.set(place, (times.get(place) ?? 0) + micros);
  });
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, Number(flags.top))
    .map(([place, micros]) => `${((micros / total) * 100).toFixed(1).padStart(5)} %  ${place}`);
}

function placeOf(frame: CpuProfile['nodes'][number]['callFrame']): string {
  const path = frame.url.startsWith('file:') ? fileURLToPath(frame.url).replace(`${packageRoot}/`, '') : frame.url;
  return path === '' ? frame.functionName : `${frame.functionName || '(anonymous)'}  ${path}:${frame.lineNumber + 1}`;
}
