import { cpus } from 'node:os';
import { canPin } from './child.ts';
import { type Sample, scenarioNames } from './measure.ts';

/** Medians of one contender in one scenario over all rounds. */
export interface Row extends Sample {
  readonly rounds: number;
}

/** Takes the median of each figure per contender and scenario. */
export function summarize(samples: readonly Sample[]): Row[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = `${sample.scenario}\n${sample.contender}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].map(medians);
}

/** Markdown: one table per scenario, fastest first, with ratios to gw; then how gw did, and the machine. */
export function markdown(rows: readonly Row[]): string {
  const measured = scenarioNames.filter((name) => rows.some((row) => row.scenario === name));
  const tables = measured.map((name) => table(name, rows));
  return [...tables, ...verdicts(rows), '', machine()].join('\n');
}

/** What the figures were taken on. */
export function machine(pinned = 'proxy on core 0, load and upstream on core 1'): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const pinning = canPin ? pinned : 'processes not pinned: read with care';
  return `${model}, ${cpus().length} cores, Node ${process.versions.node}, ${process.platform}; ${pinning}.`;
}

function table(scenario: string, rows: readonly Row[]): string {
  const own = rows.filter((row) => row.scenario === scenario);
  const gw = own.find((row) => row.contender === 'gw');
  const sorted = own.toSorted((a, b) => b.requestsPerSecond - a.requestsPerSecond);
  const lines = sorted.map((row) => {
    const cells = [
      row.contender,
      Math.round(row.requestsPerSecond).toLocaleString('en'),
      gw === undefined ? '' : (row.requestsPerSecond / gw.requestsPerSecond).toFixed(2),
      figure(row.cpuMicrosPerRequest),
      gw === undefined ? '' : ratio(row.cpuMicrosPerRequest, gw.cpuMicrosPerRequest),
      row.p50Ms.toFixed(2),
      row.p99Ms.toFixed(2),
      figure(row.residentMegabytes, 0),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `### ${scenario}`,
    '',
    '| proxy | requests/s | x gw | CPU µs/request | x gw | p50 ms | p99 ms | RSS MB |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...lines,
    '',
  ].join('\n');
}

/** The targets of this benchmark in words. */
function verdicts(rows: readonly Row[]): string[] {
  const plain = rows.filter((row) => row.scenario === 'plain 1 KB');
  const gw = plain.find((row) => row.contender === 'gw');
  const node = plain.filter((row) => row.contender !== 'gw' && row.contender !== 'nginx');
  if (gw === undefined) return [];
  const best = node.toSorted((a, b) => b.requestsPerSecond - a.requestsPerSecond)[0];
  const lines: string[] = [];
  if (best !== undefined) {
    const times = (gw.requestsPerSecond / best.requestsPerSecond).toFixed(2);
    const cpu = ratio(best.cpuMicrosPerRequest, gw.cpuMicrosPerRequest);
    lines.push(
      `Plain: gw does ${times} times the requests of the best other Node proxy (${best.contender}); by CPU ${cpu}.`,
    );
  }
  for (const name of ['plain with a token 1 KB', 'cached credential 1 KB', 'bearer token 1 KB'] as const) {
    const row = rows.find(({ contender, scenario }) => contender === 'gw' && scenario === name);
    if (row === undefined) continue;
    const share = (row.requestsPerSecond / gw.requestsPerSecond).toFixed(2);
    const cpu = ratio(gw.cpuMicrosPerRequest, row.cpuMicrosPerRequest);
    lines.push(`${name}: ${share} of gw's own plain throughput; by CPU ${cpu}.`);
  }
  return lines;
}

function medians(samples: readonly Sample[]): Row {
  const first = samples[0];
  if (first === undefined) throw new TypeError('no samples');
  const of = (pick: (sample: Sample) => number): number => median(samples.map(pick));
  const ofNullable = (pick: (sample: Sample) => number | null): number | null => {
    const known = samples.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : median(known);
  };
  return {
    contender: first.contender,
    scenario: first.scenario,
    rounds: samples.length,
    requestsPerSecond: of((sample) => sample.requestsPerSecond),
    cpuMicrosPerRequest: ofNullable((sample) => sample.cpuMicrosPerRequest),
    p50Ms: of((sample) => sample.p50Ms),
    p99Ms: of((sample) => sample.p99Ms),
    residentMegabytes: ofNullable((sample) => sample.residentMegabytes),
  };
}

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

function figure(value: number | null, digits = 1): string {
  return value === null ? '-' : value.toFixed(digits);
}

function ratio(value: number | null, base: number | null): string {
  return value === null || base === null || base === 0 ? '-' : (value / base).toFixed(2);
}
