import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pinSelf, startHelper } from './child.ts';
import { contenders, loadCore } from './contenders.ts';
import { tokenOf } from './token-call.ts';
import { measure, type MeasureOptions, type Pairing, type Sample, scenarios } from './measure.ts';
import { machine, markdown, summarize } from './report.ts';

const usage = `npm run bench -- [options]

  --smoke            one short round: does it run at all? (below 25 seconds)
  --rounds N         rounds, each in a new random order (default 5)
  --seconds S        measured time per round and row (default 3)
  --connections N    keep-alive connections, one request in flight on each (default 64)
  --only NAME,…      only these proxies
  --wrk              let wrk drive instead of the generator that comes along
  --json FILE        write all samples and medians to FILE
`;

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '64' },
    only: { type: 'string' },
    wrk: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) {
  console.log(usage);
} else {
  pinSelf(loadCore);
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  await run();
  process.exit(0);
}

async function run(): Promise<void> {
  const rounds = Number(flags.rounds ?? (flags.smoke ? 1 : 5));
  const options: MeasureOptions = {
    connections: Number(flags.connections),
    warmupMs: flags.smoke ? 200 : 700,
    measureMs: Number(flags.seconds ?? (flags.smoke ? 0.5 : 3)) * 1_000,
    wrk: flags.wrk,
  };
  const [upstream, issuer] = await Promise.all([startHelper('upstream', loadCore), startHelper('idp', loadCore)]);
  const pairings = await startAll(flags.only?.split(',') ?? null, upstream, issuer);
  // Machine code for everything before the first figure counts.
  for (const pairing of pairings) await measure(pairing, { ...options, wrk: false, measureMs: options.warmupMs });
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`round ${round} of ${rounds}: ${pairings.length} rows`);
    for (const pairing of shuffled(pairings)) samples.push(await measure(pairing, options));
  }
  const rows = summarize(samples);
  console.log(markdown(rows));
  if (flags.json !== undefined) {
    const report = { takenAt: new Date().toISOString(), machine: machine(), options, rows, samples };
    writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

async function startAll(only: readonly string[] | null, upstream: string, issuer: string): Promise<Pairing[]> {
  const asked = scenarios(await tokenOf(issuer));
  const pairings: Pairing[] = [];
  for (const contender of contenders().filter(({ name }) => only === null || only.includes(name))) {
    const proxy = await contender.start(upstream, issuer);
    for (const scenario of asked) {
      if (contender.secured || scenario.isForAll) pairings.push({ contender, proxy, scenario });
    }
  }
  return pairings;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
