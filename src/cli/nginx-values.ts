import { UsageError } from './usage-error.ts';

const sizeUnits: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
const timeUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** Timers of Node do not reach further. */
const LONGEST_MS = 2 ** 31 - 1;

/** A size as nginx writes it, `8k`, `10m`, `1g` or bytes; in bytes. @throws {UsageError} */
export function parseSize(text: string): number {
  const match = /^(\d{1,15})([kmg]?)$/.exec(text.trim().toLowerCase());
  const bytes = Number(match?.[1]) * (sizeUnits[match?.[2] ?? ''] ?? 1);
  if (!Number.isSafeInteger(bytes))
    throw new UsageError(`"${text}" is not a size`, 'write bytes, or a number with k, m or g');
  return bytes;
}

/**
 * A time as nginx writes it, `75s`, `1h 30m`, `500ms` or seconds; in milliseconds, at most 24 days. Of two times, as
 * `keepalive_timeout` may have, the first counts. @throws {UsageError}
 */
export function parseTime(text: string): number {
  const words = text.trim().toLowerCase();
  if (/^\d{1,9}(?:\s+\d{1,9})?$/.test(words)) return Math.min(Number.parseInt(words, 10) * 1000, LONGEST_MS);
  const parts = [...words.matchAll(/(\d{1,9})(ms|[smhdw])\s*/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== words) {
    throw new UsageError(`"${text}" is not a time`, 'write seconds, or numbers with ms, s, m, h or d');
  }
  const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (timeUnits[unit ?? ''] ?? 0), 0);
  return Math.min(total, LONGEST_MS);
}

/** `large_client_header_buffers`: how many and how large, `4 8k`. */
export interface HeaderBuffers {
  readonly count: number;
  readonly bytes: number;
}

/** Reads `4 8k`. @throws {UsageError} */
export function parseHeaderBuffers(text: string): HeaderBuffers {
  const match = /^(\d{1,4})\s+(\S+)$/.exec(text.trim());
  const count = Number(match?.[1]);
  const bytes = match?.[2] === undefined ? 0 : parseSize(match[2]);
  // Node's parser holds all of it in memory, and counts in 32 bits.
  if (match === null || count === 0 || bytes === 0 || count * bytes > 1024 ** 3) {
    throw new UsageError(`"${text}" is not a number and size of buffers`, 'write it as 4 8k');
  }
  return { count, bytes };
}
