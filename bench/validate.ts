import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/lib/package-info.ts';
import { writeConfig } from './config-text.ts';
import { median } from './report.ts';

const usage = `npm run bench:validate -- [options]

  --smoke       100 and 1,000 routes once: does it run at all? (below 10 seconds)
  --rounds N    runs of each size, medians are shown (default 3)
  --json FILE   write the figures to FILE
`;

/** CPU and memory of one process from start to end. */
interface Usage {
  readonly cpuMs: number;
  readonly residentMegabytes: number;
}

/** Medians for one size of file. Times are CPU time, user and system, of all threads. */
interface Row {
  readonly routes: number;
  readonly megabytes: number;
  /** `gw validate` of a file with nothing in it: loading gw and compiling schemas. */
  readonly startMs: number;
  /** From text to YAML nodes. */
  readonly yamlMs: number;
  /** The same with the `yaml` package alone, for comparison: no part of the total. */
  readonly packageMs: number;
  readonly restMs: number;
  readonly totalMs: number;
  readonly residentMegabytes: number;
}

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) console.log(usage);
else await run();

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gw-bench-'));
  try {
    const sizes = flags.smoke ? [100, 1_000] : [100, 1_000, 5_000, 10_000, 50_000];
    const rounds = Number(flags.rounds ?? (flags.smoke ? 1 : 3));
    const rows: Row[] = [];
    for (const routes of sizes) rows.push(await measure(routes, rounds, folder));
    console.log(table(rows));
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(routes: number, rounds: number, folder: string): Promise<Row> {
  const file = join(folder, `${routes}.yml`);
  const text = writeConfig(routes);
  writeFileSync(file, text);
  const empty = join(folder, 'empty.yml');
  writeFileSync(empty, '_format_version: "3.0"\n');
  const gw = join(packageRoot, 'bin/gw.js');
  const starts: Usage[] = [];
  const idles: Usage[] = [];
  const parses: Usage[] = [];
  const packages: Usage[] = [];
  const totals: Usage[] = [];
  for (let round = 0; round < rounds; round++) {
    starts.push(await runNode([gw, 'validate', '--quiet', empty]));
    idles.push(await runNode([join(packageRoot, 'dist/bench/parse-yaml.js')]));
    parses.push(await runNode([join(packageRoot, 'dist/bench/parse-yaml.js'), 'ours', file]));
    packages.push(await runNode([join(packageRoot, 'dist/bench/parse-yaml.js'), 'package', file]));
    totals.push(await runNode([gw, 'validate', '--quiet', file]));
  }
  const of = (usages: readonly Usage[]): number => median(usages.map(({ cpuMs }) => cpuMs));
  const [startMs, totalMs] = [of(starts), of(totals)];
  const [yamlMs, packageMs] = [parses, packages].map((usages) => Math.max(0, of(usages) - of(idles)));
  return {
    routes,
    megabytes: Buffer.byteLength(text) / 1e6,
    startMs,
    yamlMs: yamlMs ?? 0,
    packageMs: packageMs ?? 0,
    restMs: totalMs - startMs - (yamlMs ?? 0),
    totalMs,
    residentMegabytes: Math.max(...totals.map(({ residentMegabytes }) => residentMegabytes)),
  };
}

/**
 * Runs Node on a script to its end, and has the process tell what it used.
 * @throws {Error} when it ends with another code than 0: such a figure would mean nothing
 */
async function runNode(args: readonly string[]): Promise<Usage> {
  const reporter = join(packageRoot, 'dist/bench/report-usage.js');
  const child = spawn(process.execPath, ['--import', reporter, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let line = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => (line += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code ?? 'a signal'}`);
  return JSON.parse(line) as Usage;
}

/** Markdown, and how the largest file compares with a tenth of it. */
function table(rows: readonly Row[]): string {
  const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
  const lines = rows.map((row) => {
    const times = [row.startMs, row.yamlMs, row.restMs, row.totalMs].map(seconds);
    const memory = Math.round(row.residentMegabytes).toString();
    const size = [row.routes.toLocaleString('en'), row.megabytes.toFixed(2)];
    return `| ${[...size, ...times, memory, seconds(row.packageMs)].join(' | ')} |`;
  });
  const [small, large] = [5_000, 50_000].map((routes) => rows.find((row) => row.routes === routes));
  const ratio =
    small === undefined || large === undefined
      ? []
      : ['', `50,000 routes take ${(large.totalMs / small.totalMs).toFixed(1)} times the CPU of 5,000.`];
  return [
    '| routes | MB | start s | YAML s | rest s | total CPU s | peak RSS MB | `yaml` package alone, s |',
    '|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...lines,
    ...ratio,
  ].join('\n');
}
