import { Agent, request } from 'undici';
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import { type AdminFlags, adminUrl, DEFAULT_ADMIN, tlsFrom, tokenFrom } from './admin-flags.ts';
import { RemoteError } from './remote-error.ts';

const TIMEOUT_MS = 30_000;
/** Pages of this size are the largest there are. */
const PAGE_SIZE = 1000;

/** Asks the Admin API of a running gateway. Close it, or the process waits for its connections. */
export class AdminClient {
  /** As the user gave it. */
  readonly url: string;
  readonly #base: URL;
  readonly #token: string | null;
  readonly #dispatcher: Agent;

  /** @throws {UsageError} when the address is no URL, or a file cannot be read */
  constructor(flags: AdminFlags, env: Readonly<Record<string, string | undefined>>) {
    this.url = flags.admin ?? DEFAULT_ADMIN;
    this.#base = adminUrl(this.url);
    this.#token = tokenFrom(flags, env);
    this.#dispatcher = new Agent({ connections: 4, connect: tlsFrom(flags) });
  }

  /** A document as text, exactly as it came. Redirects are not followed. @throws {RemoteError} unless it is there */
  async text(path: string): Promise<string> {
    const text = await this.#get(path);
    if (text === null) throw new RemoteError(`the Admin API at ${this.url} answered 404 to ${path}`);
    return text;
  }

  /** A document. @throws {RemoteError} unless it is there and a JSON object */
  async document(path: string): Promise<JsonObject> {
    return this.#parse(await this.text(path));
  }

  /** All rows of a collection, page by page; none where there is no such collection. @throws {RemoteError} */
  async rows(path: string, tags: readonly string[] = []): Promise<readonly JsonObject[]> {
    const rows: JsonObject[] = [];
    const query = new URLSearchParams({ size: String(PAGE_SIZE) });
    if (tags.length > 0) query.set('tags', tags.join(','));
    for (;;) {
      const text = await this.#get(`${path}?${query.toString()}`);
      if (text === null) return rows;
      const page = this.#parse(text);
      rows.push(...this.#rowsIn(page));
      const { offset } = page;
      if (typeof offset !== 'string') return rows;
      query.set('offset', offset);
    }
  }

  /** The rows in the text of a page. @throws {RemoteError} when it is none */
  rowsOf(text: string): readonly JsonObject[] {
    return this.#rowsIn(this.#parse(text));
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** `null` for what is not there. */
  async #get(path: string): Promise<string | null> {
    const url = new URL(this.#base.pathname.replace(/\/$/, '') + path, this.#base);
    try {
      const { statusCode, body } = await request(url, {
        dispatcher: this.#dispatcher,
        headers: {
          accept: 'application/json',
          ...(this.#token === null ? {} : { 'kong-admin-token': this.#token }),
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await body.text();
      if (statusCode === 200) return text;
      if (statusCode === 404) return null;
      const hint = statusCode === 401 ? '; put the token into GW_ADMIN_TOKEN' : '';
      throw new RemoteError(`the Admin API at ${this.url} answered ${statusCode} to ${path}${hint}`);
    } catch (error) {
      if (error instanceof RemoteError) throw error;
      throw new RemoteError(`no answer from the Admin API at ${this.url}: ${reason(error)}`);
    }
  }

  #rowsIn({ data }: JsonObject): readonly JsonObject[] {
    if (Array.isArray(data)) return (data as readonly JsonValue[]).filter(isJsonObject);
    throw new RemoteError(`what answers at ${this.url} is not an Admin API: its answer has no "data"`);
  }

  #parse(text: string): JsonObject {
    let document: JsonValue = null;
    try {
      document = JSON.parse(text) as JsonValue;
    } catch {
      throw new RemoteError(`what answers at ${this.url} is not an Admin API: its answer is not JSON`);
    }
    if (!isJsonObject(document)) throw new RemoteError(`what answers at ${this.url} is not an Admin API`);
    return document;
  }
}

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Names with several addresses fail with a list of reasons; one is enough. */
function reason(error: unknown): string {
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'connection refused; is gw running?';
  if (code !== undefined && untrusted.has(code))
    return 'its certificate is not trusted; name its authority with --ca-cert-file';
  return code ?? cause.message;
}
