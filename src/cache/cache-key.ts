import { createHmac } from 'node:crypto';

/**
 * A cache key that reveals nothing of what it was made from: HMAC-SHA-256 under `salt` over the parts, base64url.
 *
 * Every part and every list is preceded by its length, so that `['a', 'bc']`, `['ab', 'c']` and `[['a'], 'bc']` differ.
 * Put everything in that decides the value: leave one out and two parties share an entry.
 */
export function keyedDigest(salt: string, parts: readonly (string | null | readonly string[])[]): string {
  let text = `${parts.length};`;
  for (const part of parts) {
    if (part === null) text += 'n;';
    else if (typeof part === 'string') text += lengthPrefixed(part);
    else {
      text += `l${part.length};`;
      for (const item of part) text += lengthPrefixed(item);
    }
  }
  return createHmac('sha256', salt).update(text).digest('base64url');
}

function lengthPrefixed(text: string): string {
  return `s${Buffer.byteLength(text)}:${text}`;
}
