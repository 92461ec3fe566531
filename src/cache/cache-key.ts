import { createHmac } from 'node:crypto';

/**
 * A cache key that reveals nothing of what it was made from: HMAC-SHA-256 under `salt` over the parts, base64url.
 *
 * Every part and every list is preceded by its length, so that `['a', 'bc']`, `['ab', 'c']` and `[['a'], 'bc']` differ.
 * Put everything in that decides the value: leave one out and two parties share an entry.
 */
export function keyedDigest(salt: string, parts: readonly (string | null | readonly string[])[]): string {
  const hmac = createHmac('sha256', salt);
  hmac.update(`${parts.length};`);
  for (const part of parts) {
    if (part === null) hmac.update('n;');
    else if (typeof part === 'string') hmac.update(lengthPrefixed('s', part));
    else {
      hmac.update(`l${part.length};`);
      for (const item of part) hmac.update(lengthPrefixed('s', item));
    }
  }
  return hmac.digest('base64url');
}

function lengthPrefixed(type: string, text: string): string {
  return `${type}${Buffer.byteLength(text)}:${text}`;
}
