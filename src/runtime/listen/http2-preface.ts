import type { Verdict } from './first-bytes.ts';

/** RFC 9113 §3.4. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Whether a connection begins with the preface of HTTP/2; nothing of it is taken. */
export function isHttp2Preface(bytes: Buffer): Verdict<boolean> {
  const length = Math.min(bytes.length, PREFACE.length);
  if (bytes.compare(PREFACE, 0, length, 0, length) !== 0) return { kind: 'done', result: false, taken: 0 };
  return length < PREFACE.length ? { kind: 'more' } : { kind: 'done', result: true, taken: 0 };
}
