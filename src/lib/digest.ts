import { createHash } from 'node:crypto';

/** SHA-256 of a text, base64url without padding. Not for secrets of low entropy: anyone can compute it. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A name-based UUID (version 5, RFC 9562 §5.5): equal inputs, equal id. `namespace` is itself a UUID. */
export function uuidV5(namespace: string, name: string): string {
  const digest = createHash('sha1');
  digest.update(Buffer.from(namespace.replaceAll('-', ''), 'hex')).update(name);
  const bytes = digest.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
