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

/** A logger and the way to get its last lines out. */
export interface ProcessLog {
  readonly log: Logger;
  /** Writes what is still buffered, and waits for it. */
  flush(): void;
}

/**
 * The log of a gateway process: JSON lines, times in ISO 8601. Writing does not block the process; lines that a
 * broken pipe refuses are dropped.
 * @param fd where to write; default stderr
 */
export function createLog(level: string, fd: number = process.stderr.fd): ProcessLog {
  const destination = pino.destination({ fd, sync: false });
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
  return { log, flush: () => destination.flushSync() };
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
