import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { packageRoot } from '../../src/lib/package-info.ts';

/** How to run the real `bin/gw.js`. */
export interface CliOptions {
  readonly cwd?: string;
  /** Added to an environment that has nothing of gw, Kong or colours in it; `undefined` removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | Buffer;
  /** For node itself. */
  readonly nodeArgs?: readonly string[];
}

/** What a finished command left. */
export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An address in the ready line. */
export interface ReadyAddress {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** A `gw start` that is ready. */
export interface RunningGateway {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly hash: string;
  /** First proxy and admin listener. */
  readonly proxyUrl: string;
  readonly adminUrl: string;
  readonly proxy: readonly ReadyAddress[];
  readonly stream: readonly ReadyAddress[];
  readonly admin: readonly ReadyAddress[];
  /** Everything on stderr so far. */
  stderr(): string;
  /** Settles with the first log line that has this message; lines that came before count. */
  logged(message: string): Promise<Readonly<Record<string, unknown>>>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<CliResult>;
}

const binary = join(packageRoot, 'bin', 'gw.js');

/** Runs a command to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = spawnCli(args, options);
  return await finished(child);
}

/** Runs one command per case, side by side, and answers in the order of the cases. */
export async function runCases<Case extends { readonly args: readonly string[]; readonly env?: CliOptions['env'] }>(
  command: readonly string[],
  cases: Readonly<Record<string, Case>>,
): Promise<readonly (Case & { readonly label: string; readonly result: CliResult })[]> {
  return await Promise.all(
    Object.entries(cases).map(async ([label, entry]) => ({
      ...entry,
      label,
      result: await runCli([...command, ...entry.args], entry.env === undefined ? {} : { env: entry.env }),
    })),
  );
}

/**
 * Starts `gw start --ready-json` on free ports (unless `args` say otherwise) and waits for its ready line.
 * @throws when it ends before it is ready; the message has its output
 */
export async function startCli(args: readonly string[], options: CliOptions = {}): Promise<RunningGateway> {
  const listen = [
    ...(args.includes('--proxy-listen') ? [] : ['--proxy-listen', '127.0.0.1:0']),
    ...(args.includes('--admin-listen') ? [] : ['--admin-listen', '127.0.0.1:0']),
  ];
  const child = spawnCli(['start', '--ready-json', ...listen, ...args], options);
  const end = finished(child);
  const errors = new LineReader(child.stderr);
  const output = new LineReader(child.stdout);
  const early = end.then((result) => {
    throw new Error(`gw start ended with ${result.code ?? result.signal ?? '?'}:\n${result.stdout}${result.stderr}`);
  });
  early.catch(() => undefined);
  const ready = (await Promise.race([output.find(() => true), early])) as unknown as {
    readonly pid: number;
    readonly proxy: readonly ReadyAddress[];
    readonly stream: readonly ReadyAddress[];
    readonly admin: readonly ReadyAddress[];
    readonly config: { readonly hash: string };
  };
  return {
    process: child,
    pid: ready.pid,
    hash: ready.config.hash,
    proxy: ready.proxy,
    stream: ready.stream,
    admin: ready.admin,
    proxyUrl: ready.proxy[0]?.url ?? '',
    adminUrl: ready.admin[0]?.url ?? '',
    stderr: () => errors.text,
    logged: (message) => Promise.race([errors.find((line) => line.msg === message), early]),
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return end;
    },
  };
}

/** The process alone, for tests that close its pipes or signal it at odd moments. */
export function spawnCli(
  args: readonly string[],
  options: CliOptions = {},
): ChildProcess & { stdout: Readable; stderr: Readable } {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:GW_|KONG_|DECK_|NO_COLOR|FORCE_COLOR|TAP)/.test(name)),
  );
  // tap slips its own module into every Node process that a test starts, by NODE_OPTIONS. What is tested is gw alone.
  const command = ['-u', 'NODE_OPTIONS', process.execPath, ...(options.nodeArgs ?? []), binary, ...args];
  const child = spawn('env', command, {
    cwd: options.cwd ?? packageRoot,
    env: { ...env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A test file that runs out of time never gets to its teardown; nothing it started may outlive it.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  return child;
}

async function finished(child: ChildProcess & { stdout: Readable; stderr: Readable }): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

/** Splits a stream into lines, keeps those that are JSON objects, and lets callers wait for one. */
class LineReader {
  text = '';
  readonly #lines: Readonly<Record<string, unknown>>[] = [];
  readonly #waiting = new Set<(line: Readonly<Record<string, unknown>>) => void>();
  #rest = '';

  constructor(stream: Readable) {
    stream.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
  }

  find(matches: (line: Readonly<Record<string, unknown>>) => boolean): Promise<Readonly<Record<string, unknown>>> {
    const known = this.#lines.find(matches);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      const check = (line: Readonly<Record<string, unknown>>): void => {
        if (!matches(line)) return;
        this.#waiting.delete(check);
        resolve(line);
      };
      this.#waiting.add(check);
    });
  }

  #read(chunk: string): void {
    this.text += chunk;
    const parts = (this.#rest + chunk).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      if (!part.startsWith('{')) continue;
      const line = JSON.parse(part) as Readonly<Record<string, unknown>>;
      this.#lines.push(line);
      for (const check of [...this.#waiting]) check(line);
    }
  }
}
