import pino from 'pino';
import { REDACTED } from '../lib/secret.ts';
import type { Logger } from '../pdk/log.ts';

/** Names under which a secret might reach a log line by mistake. Code must not log them; this is the second belt. */
const secretNames: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'client_assertion',
  'password',
  'admin_token',
  'kong-admin-token',
  'cache_url',
]);
const MAX_DEPTH = 5;
/** How long the end of the process waits for its last lines, in milliseconds. */
const FLUSH_MS = 1_000;

/** A logger and the way to get its last lines out. */
export interface ProcessLog {
  readonly log: Logger;
  /** Settles when all lines so far are written, or cannot be within a second. Never throws. */
  flush(): Promise<void>;
}

/**
 * The log of a gateway process: JSON lines, times in ISO 8601. Writing does not block the process; lines that a
 * broken pipe refuses are dropped.
 * @param fd where to write; default stderr
 */
export function createLog(level: string, fd: number = process.stderr.fd): ProcessLog {
  // Without a least length it takes no flush that waits. Every line is longer.
  const destination = pino.destination({ fd, sync: false, minLength: 1 });
  destination.on('error', () => undefined);
  const log: Logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Ten times cheaper than pino's own `redact` with as many names and depths, and blind to case.
      formatters: { log: (fields) => redact(fields, MAX_DEPTH) },
    },
    destination,
  );
  return { log, flush: () => flush(destination) };
}

/** Not `flushSync`, which leaves out what is just being written. */
function flush(destination: ReturnType<typeof pino.destination>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FLUSH_MS);
    destination.flush(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The same object when there is nothing to hide, else a copy. Errors are left to pino's serializer. */
function redact(fields: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  let result = fields as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    let shown = value;
    if (secretNames.has(name.toLowerCase())) shown = REDACTED;
    else if (depth > 0 && isRecord(value)) shown = redact(value, depth - 1);
    if (shown === value) continue;
    if (result === fields) result = { ...fields };
    result[name] = shown;
  }
  return result;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);
}
