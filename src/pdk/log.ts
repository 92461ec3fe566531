/** Structured log lines: fields first, then a fixed sentence, as pino takes them. */
export interface LogMethod {
  (fields: Readonly<Record<string, unknown>>, message: string): void;
  (message: string): void;
}

/** The logger a plugin or a part of the gateway gets. Fields must not hold secrets or tokens. */
export interface Logger {
  readonly level: string;
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  child(bindings: Readonly<Record<string, unknown>>): Logger;
}
