import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { LoadResult } from './load.ts';

/** Drives a proxy with `wrk`, for those who trust it more; latencies are not read. @throws when wrk is missing */
export async function runWrk(
  target: { origin: string; path: string; headers: Readonly<Record<string, string>> },
  options: { connections: number; measureMs: number },
): Promise<LoadResult> {
  const headers = Object.entries(target.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const seconds = Math.max(1, Math.round(options.measureMs / 1_000));
  const args = ['-t', '1', '-c', String(options.connections), '-d', `${seconds}s`, ...headers];
  const { stdout } = await promisify(execFile)('wrk', [...args, target.origin + target.path]);
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  const socketErrors = /Socket errors: .*/.exec(stdout)?.[0] ?? null;
  return {
    requests: number(/(\d+) requests in/),
    errors: number(/Non-2xx or 3xx responses: (\d+)/) + (socketErrors === null ? 0 : 1),
    firstError: socketErrors ?? 'a status that is not 2xx',
    elapsedMs: seconds * 1_000,
    p50Ms: Number.NaN,
    p99Ms: Number.NaN,
  };
}
