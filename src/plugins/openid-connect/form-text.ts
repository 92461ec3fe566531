import { isUtf8 } from 'node:buffer';

/**
 * Text of the form `a=1&b=2`: a query or a form body. Taking a field out leaves every other byte as it was, so that
 * signatures over the rest, odd escapes and order survive.
 *
 * Text is one character per byte, as Node gives raw queries and as `latin1` decodes bodies.
 */
export class FormText {
  readonly #pieces: readonly string[];
  readonly #names: readonly string[];

  constructor(raw: string) {
    this.#pieces = raw === '' ? [] : raw.split('&');
    this.#names = this.#pieces.map((piece) => {
      const end = piece.indexOf('=');
      return decode(end < 0 ? piece : piece.slice(0, end)) ?? '';
    });
  }

  /** The decoded value of `name`; null when it is absent, given more than once, or not decodable. */
  get(name: string): string | null {
    const at = this.#names.indexOf(name);
    if (at < 0 || this.#names.includes(name, at + 1)) return null;
    const piece = this.#pieces[at] ?? '';
    const end = piece.indexOf('=');
    return end < 0 ? '' : decode(piece.slice(end + 1));
  }

  /** The text without any field of these names. */
  without(names: readonly string[]): string {
    return this.#pieces.filter((_, at) => !names.includes(this.#names[at] ?? '')).join('&');
  }
}

/** Null when escapes or bytes are not UTF-8: with something put in their place, two secrets could become one. */
function decode(raw: string): string | null {
  if (!/[%+\x80-\xff]/.test(raw)) return raw;
  const bytes = Buffer.from(raw, 'latin1');
  if (!isUtf8(bytes)) return null;
  try {
    return decodeURIComponent(bytes.toString('utf8').replaceAll('+', ' '));
  } catch {
    return null;
  }
}
