/** Where in a response the next byte belongs. */
type State = 'head' | 'body' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer';

/**
 * Finds the end of each HTTP/1.1 response on a connection without pipelining, and does no more: a load generator has
 * to cost less than what it measures. Anything it does not understand is an error.
 */
export class ResponseReader {
  /** Status of the response that was completed last. */
  status = 0;
  /** Bytes of its body, without chunk framing. */
  bodyBytes = 0;
  #state: State = 'head';
  #text = '';
  #left = 0;

  /** Takes what the socket gave. True when the response is complete. @throws {Error} for what is no HTTP/1.1 response */
  read(buffer: Buffer, end: number): boolean {
    let at = this.#state === 'head' ? this.#readHead(buffer, end) : 0;
    while (at < end && this.#state !== 'head') {
      at = this.#state === 'body' ? this.#readBody(at, end) : this.#readChunked(buffer, at, end);
    }
    if (at < end) throw new Error('bytes after the end of a response');
    return this.#state === 'head' && this.#text === '';
  }

  #readHead(buffer: Buffer, end: number): number {
    const before = this.#text.length;
    this.#text += buffer.toString('latin1', 0, end);
    const headEnd = this.#text.indexOf('\r\n\r\n');
    if (headEnd < 0) return end;
    const head = this.#text.slice(0, headEnd + 2).toLowerCase();
    this.#text = '';
    if (!head.startsWith('http/1.1 ')) throw new Error('not an HTTP/1.1 response');
    this.status = Number(head.slice(9, 12));
    this.bodyBytes = 0;
    this.#startBody(head);
    return headEnd + 4 - before;
  }

  #startBody(head: string): void {
    const length = valueOf(head, '\r\ncontent-length:');
    if (length !== null) {
      this.#left = Number(length);
      this.#state = this.#left === 0 ? 'head' : 'body';
    } else if (valueOf(head, '\r\ntransfer-encoding:') === 'chunked') {
      this.#state = 'chunk-size';
    } else if (this.status !== 204 && this.status !== 304) {
      throw new Error('a response without a length');
    }
  }

  #readBody(at: number, end: number): number {
    const taken = Math.min(this.#left, end - at);
    this.#left -= taken;
    this.bodyBytes += taken;
    if (this.#left === 0) this.#state = 'head';
    return at + taken;
  }

  #readChunked(buffer: Buffer, at: number, end: number): number {
    if (this.#state === 'chunk-data') {
      const after = this.#readBody(at, end);
      if (this.#left === 0) this.#state = 'chunk-end';
      return after;
    }
    const newline = buffer.indexOf(10, at);
    if (newline < 0 || newline >= end) {
      this.#text += buffer.toString('latin1', at, end);
      return end;
    }
    const line = (this.#text + buffer.toString('latin1', at, newline)).trimEnd();
    this.#text = '';
    this.#takeLine(line);
    return newline + 1;
  }

  #takeLine(line: string): void {
    if (this.#state === 'chunk-size') {
      this.#left = Number.parseInt(line, 16);
      if (Number.isNaN(this.#left)) throw new Error('a bad chunk size');
      this.#state = this.#left === 0 ? 'trailer' : 'chunk-data';
    } else if (this.#state === 'chunk-end') {
      this.#state = 'chunk-size';
    } else if (line === '') {
      this.#state = 'head';
    }
  }
}

function valueOf(head: string, name: string): string | null {
  const at = head.indexOf(name);
  return at < 0 ? null : head.slice(at + name.length, head.indexOf('\r\n', at + name.length)).trim();
}
