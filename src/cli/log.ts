import pino from 'pino';
import type { Logger } from '../pdk/log.ts';
import { REDACTED } from '../lib/secret.ts';

/** Names under which a secret might reach a log line by mistake. Code must not log them; this is the second belt. */
const secretNames = [
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
  'cache_url',
];

/** A logger and the way to get its last lines out. */
export interface ProcessLog {
  readonly log: Logger;
  /** Writes what is still buffered. Synchronous; the log must not be used afterwards. */
  flush(): void;
}

/**
 * The log of a gateway process: JSON lines on stderr, times in ISO 8601. Writing does not block the process; lines
 * that a broken pipe refuses are dropped.
 */
export function createLog(level: string): ProcessLog {
  const destination = pino.destination({ fd: process.stderr.fd, sync: false });
  destination.on('error', () => undefined);
  const log: Logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: REDACTED,
      },
    },
    destination,
  );
  return { log, flush: () => destination.flushSync() };
}
