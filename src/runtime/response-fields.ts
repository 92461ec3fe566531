import { connectionOptions, isHopByHop } from '../lib/hop-by-hop.ts';

/** The head of an upstream's response as it may go on: text, without the fields of the upstream's connection. */
export class ResponseFields {
  readonly raw: string[];
  /** Declared length of the body; -1 when it is not declared. */
  readonly length: number;
  /** Names of the fields announced behind the body, as sent; `null` for none. */
  readonly trailer: string | null;

  /** @param rawHeaders undici's list, or text that has come another way */
  constructor(rawHeaders: readonly (Buffer | string)[]) {
    const raw: string[] = [];
    let options: ReadonlySet<string> | null = null;
    let length = -1;
    let trailer: string | null = null;
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const name = textOf(rawHeaders[at]);
      const value = textOf(rawHeaders[at + 1]);
      if (isHopByHop(name)) {
        if (name.length === 10 && name.toLowerCase() === 'connection') options = connectionOptions(value);
        else if (name.length === 7 && name.toLowerCase() === 'trailer') trailer = value;
        continue;
      }
      if (name.length === 14 && name.toLowerCase() === 'content-length') length = Number(value);
      raw.push(name, value);
    }
    this.raw = options === null ? raw : withoutNames(raw, options);
    this.length = length;
    this.trailer = trailer;
  }
}

function textOf(field: Buffer | string | undefined): string {
  if (field === undefined) return '';
  return typeof field === 'string' ? field : field.toString('latin1');
}

function withoutNames(headers: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (!names.has(name.toLowerCase())) kept.push(name, headers[at + 1] ?? '');
  }
  return kept;
}
