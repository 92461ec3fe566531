/** One request as a reader sees it that takes nothing but what RFC 9112 generates. */
export interface StrictRequest {
  readonly method: string;
  readonly target: string;
  /** Names in lower case, values as sent, in order. */
  readonly fields: readonly (readonly [string, string])[];
  readonly body: string;
  readonly trailers: readonly (readonly [string, string])[];
}

/** What {@link parseStrictly} makes of bytes. */
export interface StrictReading {
  readonly requests: readonly StrictRequest[];
  /** True when the bytes end inside a request. */
  readonly isIncomplete: boolean;
  /** What no strict reader would take; `null` when there is nothing. */
  readonly problem: string | null;
}

/** The values of a field. */
export function valuesOf(request: StrictRequest, name: string): string[] {
  return request.fields.filter(([known]) => known === name).map(([, value]) => value);
}

/**
 * Reads requests one after another, without any of the tolerance that RFC 9112 allows: CRLF only, origin form, one
 * Host, at most one of Content-Length and `Transfer-Encoding: chunked`, no chunk extensions.
 */
export function parseStrictly(bytes: string): StrictReading {
  const requests: StrictRequest[] = [];
  const cursor = new Cursor(bytes);
  while (!cursor.isAtEnd) {
    try {
      requests.push(readRequest(cursor));
    } catch (error) {
      if (error instanceof Incomplete) return { requests, isIncomplete: true, problem: null };
      return { requests, isIncomplete: false, problem: (error as Error).message };
    }
  }
  return { requests, isIncomplete: false, problem: null };
}

class Incomplete extends Error {}

class Cursor {
  readonly #bytes: string;
  #at = 0;

  constructor(bytes: string) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  line(): string {
    const end = this.#bytes.indexOf('\n', this.#at);
    if (end < 0) throw new Incomplete();
    const line = this.#bytes.slice(this.#at, end);
    this.#at = end + 1;
    if (!line.endsWith('\r')) throw new Error(`bare LF after "${line}"`);
    return line.slice(0, -1);
  }

  take(length: number): string {
    if (this.#at + length > this.#bytes.length) throw new Incomplete();
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }
}

function readRequest(cursor: Cursor): StrictRequest {
  const line = cursor.line();
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\/[!"$-~]*) HTTP\/1\.1$/.exec(line);
  if (match === null) throw new Error(`request line "${line}"`);
  const fields = readFields(cursor);
  const valuesNamed = (name: string): string[] => fields.filter(([known]) => known === name).map(([, value]) => value);
  const lengths = valuesNamed('content-length');
  const codings = valuesNamed('transfer-encoding');
  if (valuesNamed('host').length !== 1) throw new Error('not exactly one Host');
  if (lengths.length + codings.length > 1) throw new Error('length given more than once');
  if (lengths.some((length) => !/^\d+$/.test(length))) throw new Error(`Content-Length "${String(lengths[0])}"`);
  if (codings.some((coding) => coding !== 'chunked')) throw new Error(`Transfer-Encoding "${String(codings[0])}"`);
  const head = { method: match[1] ?? '', target: match[2] ?? '', fields };
  if (codings.length === 0) return { ...head, body: cursor.take(Number(lengths[0] ?? 0)), trailers: [] };
  return { ...head, ...readChunks(cursor) };
}

function readFields(cursor: Cursor): [string, string][] {
  const fields: [string, string][] = [];
  for (let line = cursor.line(); line !== ''; line = cursor.line()) {
    const match =
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[ \t]*$/.exec(
        line,
      );
    if (match === null) throw new Error(`field line "${line}"`);
    fields.push([(match[1] ?? '').toLowerCase(), match[2] ?? '']);
  }
  return fields;
}

function readChunks(cursor: Cursor): { body: string; trailers: [string, string][] } {
  let body = '';
  for (;;) {
    const size = cursor.line();
    if (!/^[0-9a-fA-F]{1,8}$/.test(size)) throw new Error(`chunk size "${size}"`);
    if (Number.parseInt(size, 16) === 0) return { body, trailers: readFields(cursor) };
    body += cursor.take(Number.parseInt(size, 16));
    if (cursor.take(2) !== '\r\n') throw new Error('no CRLF after a chunk');
  }
}
