import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * After this many bytes of bodies the young generation is collected. Chunks of bodies lie outside V8's heap, which
 * hardly grows while gigabytes pass; left to itself V8 comes only after 64 to 128 MB of dead chunks.
 */
const BYTES_BETWEEN_COLLECTIONS = 24 * 1024 * 1024;

let collectYoung: (() => void) | null = null;
let bytesSinceCollection = 0;

/**
 * Notes that a chunk of a body was passed on, so that memory stays flat however much passes. A collection takes about
 * a millisecond, since hardly anything in the young generation is alive then.
 */
export function noteBodyBytes(bytes: number): void {
  bytesSinceCollection += bytes;
  if (bytesSinceCollection < BYTES_BETWEEN_COLLECTIONS) return;
  bytesSinceCollection = 0;
  collectYoung ??= youngCollector();
  collectYoung();
}

/** V8 hands out its collector only to contexts that are made while this flag is set. */
function youngCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
  setFlagsFromString('--no-expose-gc');
  return () => collect({ type: 'minor' });
}
