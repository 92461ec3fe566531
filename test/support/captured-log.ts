import type { Logger, LogMethod } from '../../src/pdk/log.ts';

/** One line as it was logged. */
export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A logger that keeps its lines for the test to read. */
export class CapturedLog implements Logger {
  readonly level = 'trace';
  readonly lines: LogLine[] = [];
  readonly trace = this.#method('trace');
  readonly debug = this.#method('debug');
  readonly info = this.#method('info');
  readonly warn = this.#method('warn');
  readonly error = this.#method('error');
  readonly fatal = this.#method('fatal');

  child(): Logger {
    return this;
  }

  /** Everything at once, to look for what must not be there. */
  text(): string {
    return JSON.stringify(this.lines);
  }

  #method(level: string): LogMethod {
    return (first: Readonly<Record<string, unknown>> | string, message?: string): void => {
      const fields = typeof first === 'string' ? {} : first;
      this.lines.push({ level, fields, message: typeof first === 'string' ? first : (message ?? '') });
    };
  }
}
