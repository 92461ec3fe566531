import type { HealthSign } from './health-rules.ts';

/** TLS settings of a probe. */
export interface ProbeTls {
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a probe is aimed at. */
export interface ProbeTarget {
  readonly ip: string;
  readonly port: number;
  readonly host: string;
  readonly timeoutMs: number;
  /** `null` for a connection in clear. */
  readonly tls: ProbeTls | null;
}

/** Runs a probe to its first sign or its timeout, then ends its connection. */
export function outcome(
  connection: { destroy(): unknown; on(event: 'error', listener: () => void): unknown },
  timeoutMs: number,
  start: (settle: (sign: HealthSign) => void) => void,
): Promise<HealthSign> {
  return new Promise((resolve) => {
    const settle = (sign: HealthSign): void => {
      clearTimeout(timer);
      resolve(sign);
      connection.destroy();
    };
    const timer = setTimeout(() => settle('timeout'), timeoutMs).unref();
    start(settle);
    // Errors after the end are of no interest, but somebody has to listen.
    connection.on('error', () => undefined);
  });
}
