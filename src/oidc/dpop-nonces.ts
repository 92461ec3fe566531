import { createHmac } from 'node:crypto';
import { isSameText } from '../lib/same-text.ts';

/** 2^32 seconds reach until 2106. */
const TIME_BYTES = 4;
const MAC_BYTES = 16;

/**
 * Nonces for DPoP proofs (RFC 9449 §9): the second they were made in, and a MAC that only holders of the key can make.
 * So none is stored, and every node with the same key knows those of the others.
 */
export class DpopNonces {
  readonly #key: Buffer;

  /** @param secret shared by the nodes that accept each other's nonces */
  constructor(secret: string) {
    this.#key = createHmac('sha256', secret).update('gw dpop nonce').digest();
  }

  /** The nonce of this moment (milliseconds since the epoch). Not unique: it says when, not to whom. */
  make(now: number): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUInt32BE(Math.floor(now / 1000));
    return Buffer.concat([time, this.#mac(time)]).toString('base64url');
  }

  /** When a nonce was made, milliseconds since the epoch; null when it is none of ours. */
  madeAt(nonce: string): number | null {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== TIME_BYTES + MAC_BYTES) return null;
    const madeAt = bytes.readUInt32BE(0) * 1000;
    return isSameText(nonce, this.make(madeAt)) ? madeAt : null;
  }

  #mac(time: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(time).digest().subarray(0, MAC_BYTES);
  }
}
