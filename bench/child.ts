import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../src/lib/package-info.ts';

/** A server in a process of its own. */
export interface Child {
  readonly pid: number;
  /** The line it printed when it was ready. */
  readonly readyLine: string;
  /** Ends it and waits until it has gone. */
  stop(): Promise<void>;
}

/** How to start a server. */
export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The core it may use, or `both`; where `taskset` is missing, it may use all. */
  readonly core: number | 'both';
}

/** Whether processes can be kept on one core here. */
export const canPin: boolean = succeeds('taskset', ['-c', '0', 'true']) && succeeds('taskset', ['-c', '1', 'true']);

/** Keeps this process on one core; children that are not given another stay there too. */
export function pinSelf(core: number): void {
  if (canPin) execFileSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)], { stdio: 'ignore' });
}

/**
 * Starts a server and waits for its first line on stdout, which says that it is ready.
 * @throws {Error} when it ends before, with what it wrote to stderr
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const command = canPin ? 'taskset' : options.command;
  const args = canPin
    ? ['-c', options.core === 'both' ? '0,1' : String(options.core), options.command, ...options.args]
    : options.args;
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const readyLine = await firstLine(child, options.command);
  return { pid: child.pid ?? 0, readyLine, stop: () => stopChild(child) };
}

/** Starts `bench/NAME.ts`, which serves something the measured proxy needs; tells its origin. */
export async function startHelper(name: string, core: number): Promise<string> {
  const script = join(packageRoot, 'dist/bench', `${name}.js`);
  return urlOf(await startChild({ command: process.execPath, args: [script], core }));
}

/** The origin in a line such as `{"url":"http://127.0.0.1:41234"}`. */
export function urlOf(child: Child): string {
  return (JSON.parse(child.readyLine) as { url: string }).url;
}

const running = new Set<ChildProcess>();

// Whatever ends this process, no server stays behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

async function firstLine(child: ChildProcess, name: string): Promise<string> {
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4_000);
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${name} ended before it was ready: ${complaint}`);
  });
  if (child.stdout === null) throw new TypeError('stdout is no pipe');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => undefined);
  return line;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const hurry = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await gone;
  clearTimeout(hurry);
}

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
