import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A server that runs beside the tests, with the processes it starts in turn. */
export class ChildServer {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];

  /**
   * Starts it and waits for the line that says it is ready.
   *
   * @throws with its last lines when it ends before
   */
  static async start(
    command: readonly [string, ...string[]],
    isReady: (line: string) => boolean,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ChildServer> {
    const server = new ChildServer(command, env);
    await server.#find(isReady);
    return server;
  }

  private constructor([program, ...args]: readonly [string, ...string[]], env: Readonly<Record<string, string>>) {
    // A group of their own lets it and its children be ended at once.
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, ...env },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr] as readonly Readable[]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        child.emit('said', line);
      });
    }
    // A test file that runs out of time never gets to its teardown.
    const kill = (): void => this.#kill();
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
  }

  /** All it has written so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#kill();
    await gone;
  }

  async #find(matches: (line: string) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#child.on('said', (line: string) => {
        if (matches(line)) resolve();
      });
      this.#child.once('error', reject);
      this.#child.once('exit', () => reject(new Error(`it ended:\n${this.#lines.slice(-20).join('\n')}`)));
    });
  }

  #kill(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }
}
