import type { ProviderResponse } from './provider-http.ts';

/** `Date` counts whole seconds. */
const DATE_STEP_MS = 1000;

/**
 * How far the provider's clock is from ours at the least, in milliseconds: positive when it is ahead. Zero when the two
 * may agree, since `Date` (RFC 9110 §6.6.1) says neither the part of a second nor when on the way it was written.
 *
 * `null` when the answer has no readable `Date`, or an `Age`: a cache on the way then wrote it at some other time.
 *
 * @param sentAt when the request went out, by our clock; milliseconds since the epoch
 * @param answeredAt when the answer was here
 */
export function clockSkew({ headers }: ProviderResponse, sentAt: number, answeredAt: number): number | null {
  if (typeof headers.date !== 'string' || headers.age !== undefined) return null;
  const date = Date.parse(headers.date);
  if (Number.isNaN(date)) return null;
  const least = date - answeredAt;
  const most = date + DATE_STEP_MS - 1 - sentAt;
  if (least > 0) return least;
  return most < 0 ? most : 0;
}
