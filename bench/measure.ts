import { setTimeout as wait } from 'node:timers/promises';
import { basicCredential, type Contender, type RunningProxy } from './contenders.ts';
import { cpuTimeMs, residentBytes } from './cpu-time.ts';
import { Load, type LoadResult } from './load.ts';
import { runWrk } from './wrk.ts';

/** What is asked of a proxy. */
export interface Scenario {
  readonly name: ScenarioName;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it is for everybody, or for those only that run the secured routes. */
  readonly isForAll: boolean;
}

/** The rows of the report, in its order. */
export const scenarioNames = [
  'plain 1 KB',
  'plain 100 KB',
  'plain with a token 1 KB',
  'cached credential 1 KB',
  'bearer token 1 KB',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** @param token a caller's own; with it a plain request is as long as one whose caller is authenticated */
export function scenarios(token: string): readonly Scenario[] {
  const bearer = { Authorization: `Bearer ${token}` };
  const basic = { Authorization: basicCredential };
  return [
    { name: 'plain 1 KB', path: '/plain/1k', headers: {}, isForAll: true },
    { name: 'plain 100 KB', path: '/plain/100k', headers: {}, isForAll: true },
    { name: 'plain with a token 1 KB', path: '/plain/1k', headers: bearer, isForAll: false },
    { name: 'cached credential 1 KB', path: '/secured/1k', headers: basic, isForAll: false },
    { name: 'bearer token 1 KB', path: '/bearer/1k', headers: bearer, isForAll: false },
  ];
}

/** One contender in one scenario. */
export interface Pairing {
  readonly contender: Contender;
  readonly proxy: RunningProxy;
  readonly scenario: Scenario;
}

/** How long and how hard. */
export interface MeasureOptions {
  readonly connections: number;
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly wrk: boolean;
}

/** One measured window. */
export interface Sample {
  readonly contender: string;
  readonly scenario: string;
  readonly requestsPerSecond: number;
  /** CPU time of the proxy per request, user and system; `null` where the system does not tell. */
  readonly cpuMicrosPerRequest: number | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly residentMegabytes: number | null;
}

/** Measures one window. @throws {Error} when anything but 2xx came back: such a number would mean nothing */
export async function measure(pairing: Pairing, options: MeasureOptions): Promise<Sample> {
  const { contender, proxy, scenario } = pairing;
  const target = { origin: proxy.origin, path: scenario.path, headers: scenario.headers };
  const load = new Load({ ...target, connections: options.connections });
  await wait(options.warmupMs);
  load.mark();
  const before = cpuTimeMs(proxy.pid);
  let result: LoadResult;
  if (options.wrk) {
    load.stop();
    result = await runWrk(target, options);
  } else {
    await wait(options.measureMs);
    result = load.stop();
  }
  const after = cpuTimeMs(proxy.pid);
  if (result.errors > 0 || result.requests === 0) {
    const reason = result.firstError ?? 'no answer at all';
    throw new Error(`${contender.name}, ${scenario.name}: ${result.errors} errors, such as: ${reason}`);
  }
  const resident = residentBytes(proxy.pid);
  return {
    contender: contender.name,
    scenario: scenario.name,
    requestsPerSecond: (result.requests / result.elapsedMs) * 1_000,
    cpuMicrosPerRequest: before === null || after === null ? null : ((after - before) * 1_000) / result.requests,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    residentMegabytes: resident === null ? null : resident / 1e6,
  };
}
