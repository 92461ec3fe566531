import { type ExitCode, exitCode } from './exit-code.ts';

const statusOf = { SIGINT: exitCode.interrupted, SIGTERM: exitCode.terminated } as const;

/** A request to end the process. */
export interface StopSignal {
  readonly name: keyof typeof statusOf;
  /** The exit status when the signal ends the process before its work is done. */
  readonly status: ExitCode;
}

/** Listens for SIGINT and SIGTERM: the first asks for an orderly end, the second ends at once. */
export class StopSignals {
  /** Settles with the first signal. */
  readonly first: Promise<StopSignal>;
  #isStopping = false;
  #handlers: readonly (readonly [keyof typeof statusOf, () => void])[] = [];

  /** @param endNow called with the second signal; must end the process */
  constructor(endNow: (signal: StopSignal) => void) {
    this.first = new Promise((resolve) => {
      const receive = (name: keyof typeof statusOf): void => {
        const signal: StopSignal = { name, status: statusOf[name] };
        if (this.#isStopping) endNow(signal);
        this.#isStopping = true;
        resolve(signal);
      };
      this.#handlers = (['SIGINT', 'SIGTERM'] as const).map((name) => [name, () => receive(name)]);
    });
    for (const [name, handler] of this.#handlers) process.on(name, handler);
  }

  /** Stops listening. */
  close(): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler);
  }
}
