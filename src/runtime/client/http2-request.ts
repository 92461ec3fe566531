import { isHopByHop } from '../../lib/hop-by-hop.ts';

/** An HTTP/2 request head in the words of HTTP/1.1. */
export interface Http2Request {
  readonly method: string;
  /** `:path`. */
  readonly path: string;
  /** Regular fields in order; `host` first, made of `:authority`, cookie crumbs joined into one field. */
  readonly rawHeaders: string[];
}

/** Field names are lower-case tokens (RFC 9113 §8.2.1), methods tokens of any case. */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What could end a field or a head in HTTP/1.1, and blanks around a value, which RFC 9113 §8.2.1 forbids. */
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/;
/** What an HTTP/1.1 request line can hold, beginning as a path does. */
const PATH = /^\/[!-~]*$/;
const SCHEME = /^https?$/;

/**
 * Reads the field list of an HTTP/2 request (RFC 9113 §8.3.1). `null` for what is malformed, has no meaning as a request
 * to proxy (a method that opens a tunnel, a `Host` field that contradicts `:authority`), or would mean something else once
 * it is written as HTTP/1.1. Node's own checks find most of it before; this one does not depend on them.
 */
export function readHttp2Request(rawFields: readonly string[]): Http2Request | null {
  const scan = new FieldScan();
  for (let at = 0; at < rawFields.length; at += 2) {
    if (!scan.take(rawFields[at] ?? '', rawFields[at + 1] ?? '')) return null;
  }
  return scan.finish();
}

class FieldScan {
  readonly #pseudo = new Map<string, string>();
  readonly #fields: string[] = [];
  #host: string | undefined;
  #cookie: string | undefined;

  /** @returns false for a field that makes the request malformed */
  take(name: string, value: string): boolean {
    if (BAD_VALUE.test(value)) return false;
    if (name.startsWith(':')) return this.#takePseudo(name, value);
    if (!NAME.test(name)) return false;
    if (name === 'cookie') {
      this.#cookie = this.#cookie === undefined ? value : `${this.#cookie}; ${value}`;
    } else if (name === 'host' && this.#host === undefined) {
      this.#host = value;
    } else {
      this.#fields.push(name, value);
      // How a connection is used is none of a request's business here (RFC 9113 §8.2.2).
      return name === 'te' ? value.toLowerCase() === 'trailers' : name === 'trailer' || !isHopByHop(name);
    }
    return true;
  }

  finish(): Http2Request | null {
    const method = this.#pseudo.get(':method') ?? '';
    const path = this.#pseudo.get(':path') ?? '';
    const authority = this.#pseudo.get(':authority');
    if (!METHOD.test(method) || method === 'CONNECT' || !PATH.test(path)) return null;
    if (!SCHEME.test(this.#pseudo.get(':scheme') ?? '')) return null;
    const host = this.#host;
    if (authority !== undefined && host !== undefined && authority.toLowerCase() !== host.toLowerCase()) return null;
    const named = authority ?? host;
    const rawHeaders = named === undefined ? [] : ['host', named];
    rawHeaders.push(...this.#fields);
    if (this.#cookie !== undefined) rawHeaders.push('cookie', this.#cookie);
    return { method, path, rawHeaders };
  }

  #takePseudo(name: string, value: string): boolean {
    // Pseudo headers come first, each once.
    if (this.#fields.length > 0 || this.#host !== undefined || this.#cookie !== undefined) return false;
    if (name !== ':method' && name !== ':path' && name !== ':scheme' && name !== ':authority') return false;
    if (this.#pseudo.has(name)) return false;
    this.#pseudo.set(name, value);
    return true;
  }
}
