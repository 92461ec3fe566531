/**
 * HTTP header fields as one flat list: name, value, name, value … in the order and spelling they are sent.
 *
 * Names compare without case, and with `_` equal to `-`: many upstreams (CGI, WSGI) cannot tell these apart, so a
 * caller must not be able to smuggle `X_Consumer_Id` past a rule for `X-Consumer-Id`. Lists are short; a length check
 * per name makes a scan cheaper than any map.
 */
export class HeaderList {
  /** The list itself, in the form that `http` and undici take. Read only outside this class. */
  readonly raw: string[];

  constructor(raw: string[] = []) {
    this.raw = raw;
  }

  /** The first value of `name`. */
  get(name: string): string | undefined {
    const index = indexOfHeader(this.raw, name, 0);
    return index < 0 ? undefined : this.raw[index + 1];
  }

  /** Every value of `name`, in order. */
  getAll(name: string): string[] {
    const values: string[] = [];
    for (let at = indexOfHeader(this.raw, name, 0); at >= 0; at = indexOfHeader(this.raw, name, at + 2)) {
      values.push(this.raw[at + 1] ?? '');
    }
    return values;
  }

  /** Adds a field without looking whether there is one already. */
  append(name: string, value: string): void {
    this.raw.push(name, value);
  }

  /** Makes `value` the only value of `name`. */
  set(name: string, value: string): void {
    const index = indexOfHeader(this.raw, name, 0);
    if (index < 0) {
      this.raw.push(name, value);
      return;
    }
    this.raw[index] = name;
    this.raw[index + 1] = value;
    this.#removeFrom(name, index + 2);
  }

  /** Drops every value of `name`. */
  remove(name: string): void {
    this.#removeFrom(name, 0);
  }

  #removeFrom(name: string, start: number): void {
    for (let at = indexOfHeader(this.raw, name, start); at >= 0; at = indexOfHeader(this.raw, name, at)) {
      this.raw.splice(at, 2);
    }
  }
}

/** Position of the next field called `name` in a flat list, searched from `start`; -1 when there is none. */
export function indexOfHeader(raw: readonly string[], name: string, start: number): number {
  const length = name.length;
  for (let at = start; at < raw.length; at += 2) {
    const candidate = raw[at] ?? '';
    if (candidate.length === length && (candidate === name || sameHeaderName(candidate, name))) return at;
  }
  return -1;
}

/** Whether two names of equal length mean the same header: case aside, and `_` for `-`. */
export function sameHeaderName(a: string, b: string): boolean {
  for (let at = 0; at < a.length; at++) {
    if (foldHeaderChar(a.charCodeAt(at)) !== foldHeaderChar(b.charCodeAt(at))) return false;
  }
  return a.length === b.length;
}

function foldHeaderChar(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code + 0x20;
  return code === 0x5f ? 0x2d : code;
}
