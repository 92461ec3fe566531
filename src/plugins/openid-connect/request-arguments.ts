import type { ExchangeRequest } from '../../pdk/exchange.ts';
import { FormText } from './form-text.ts';
import { JsonMembers } from './json-members.ts';

/** Largest body, in bytes, that is searched for arguments. A larger one streams on, unread. */
export const BODY_SEARCH_LIMIT = 64 * 1024;

/** A body that was read: its fields, and itself without some of them. */
export interface BodyFields {
  get(name: string): string | null;
  without(names: readonly string[]): Buffer;
}

/** The caller's arguments in query and body, each parsed at most once, and only when somebody asks. */
export class RequestArguments {
  readonly #request: ExchangeRequest;
  #query: FormText | null = null;
  #body: Promise<BodyFields | null> | null = null;

  constructor(request: ExchangeRequest) {
    this.#request = request;
  }

  get query(): FormText {
    this.#query ??= new FormText(this.#request.query);
    return this.#query;
  }

  /** The body's fields; null when there is no body, or it is of another type, compressed or over the limit. */
  body(): Promise<BodyFields | null> {
    this.#body ??= this.#readBody();
    return this.#body;
  }

  /** A single unambiguous value from query, body or header, in this order. */
  async find(name: string): Promise<string | null> {
    return this.query.get(name) ?? (await this.body())?.get(name) ?? onlyHeader(this.#request, name);
  }

  async #readBody(): Promise<BodyFields | null> {
    const type = (this.#request.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    const parse = parserFor(type);
    if (parse === null || (this.#request.header('content-encoding') ?? 'identity') !== 'identity') return null;
    // A caller that leaves while sending is told nothing any more; it must not count as a failure of ours.
    const bytes = await this.#request.body(BODY_SEARCH_LIMIT).catch(() => null);
    return bytes === null ? null : parse(bytes);
  }
}

/** The value of a header that was sent once; null when it was not sent, or more than once: which of them counts would be a guess. */
export function onlyHeader(request: ExchangeRequest, name: string): string | null {
  const values = request.headerAll(name.toLowerCase());
  return values.length === 1 ? (values[0] ?? null) : null;
}

function parserFor(type: string): ((bytes: Buffer) => BodyFields | null) | null {
  if (type === 'application/x-www-form-urlencoded') return parseForm;
  return type === 'application/json' || type.endsWith('+json') ? parseJson : null;
}

function parseForm(bytes: Buffer): BodyFields {
  const form = new FormText(bytes.toString('latin1'));
  return { get: (name) => form.get(name), without: (names) => Buffer.from(form.without(names), 'latin1') };
}

function parseJson(bytes: Buffer): BodyFields | null {
  const text = decodeUtf8(bytes);
  const members = text === null ? null : JsonMembers.parse(text);
  if (members === null) return null;
  return { get: (name) => members.get(name), without: (names) => Buffer.from(members.without(names), 'utf8') };
}

/** Null when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
