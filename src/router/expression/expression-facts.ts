import { Buffer } from 'node:buffer';
import { type Address, parseAddress } from '../../lib/address-range.ts';
import { splitRequestHost } from '../request-host.ts';
import type { RouterRequest } from '../router.ts';
import { parseQuery } from './query-values.ts';

/** A connection as the fields `net.*` and `tls.sni` show it. */
export interface ExpressionConnection {
  /** `net.protocol`: `http`, `https`, `tcp`, `tls`, `udp`. */
  readonly protocol: string;
  readonly sni: string | null;
  readonly sourceIp: string | null;
  readonly sourcePort: number | null;
  readonly destinationIp: string | null;
  readonly destinationPort: number | null;
}

/**
 * What expressions read of one request or connection. Made once per look-up and handed to every expression that is
 * tried; what needs work is worked out when first asked for.
 */
export class ExpressionFacts {
  readonly connection: ExpressionConnection;
  readonly #request: RouterRequest | null;
  #source: Address | null | undefined = undefined;
  #destination: Address | null | undefined = undefined;
  #segments: readonly string[] | null = null;
  #queries: ReadonlyMap<string, readonly (string | null)[]> | null = null;

  private constructor(connection: ExpressionConnection, request: RouterRequest | null) {
    this.connection = connection;
    this.#request = request;
  }

  /** `net.dst.port` is the port of the Host header if it names one, as in Kong. */
  static ofRequest(request: RouterRequest): ExpressionFacts {
    return new ExpressionFacts(new RequestConnection(request), request);
  }

  static ofConnection(connection: ExpressionConnection): ExpressionFacts {
    return new ExpressionFacts(connection, null);
  }

  /** Empty for a connection. */
  get method(): string {
    return this.#request?.method ?? '';
  }

  get path(): string {
    return this.#request?.path ?? '';
  }

  get rawHeaders(): readonly string[] {
    return this.#request?.rawHeaders ?? [];
  }

  /** The Host header without its port; empty without one. */
  get host(): string {
    return this.#request === null ? '' : splitRequestHost(this.#request.host, this.#request.port).name;
  }

  get source(): Address | null {
    this.#source ??= readAddress(this.connection.sourceIp);
    return this.#source;
  }

  get destination(): Address | null {
    this.#destination ??= readAddress(this.connection.destinationIp);
    return this.#destination;
  }

  /** The path between its slashes; empty ones at the end do not count. */
  get segments(): readonly string[] {
    this.#segments ??= splitPath(this.path);
    return this.#segments;
  }

  /** The values of a query argument; `null` for one that is not UTF-8. */
  queryValues(name: string): readonly (string | null)[] {
    this.#queries ??= parseQuery(this.#request?.query ?? '');
    return this.#queries.get(name) ?? none;
  }
}

const none: readonly string[] = [];

class RequestConnection implements ExpressionConnection {
  readonly #request: RouterRequest;

  constructor(request: RouterRequest) {
    this.#request = request;
  }

  get protocol(): string {
    return this.#request.scheme;
  }

  get sni(): string | null {
    return this.#request.sni;
  }

  get sourceIp(): string | null {
    return this.#request.sourceIp;
  }

  get sourcePort(): number | null {
    return this.#request.sourcePort;
  }

  get destinationIp(): string | null {
    return this.#request.destinationIp;
  }

  get destinationPort(): number | null {
    return splitRequestHost(this.#request.host, this.#request.port).port;
  }
}

/** The text of header bytes, which Node hands out as one character each; `null` when they are not UTF-8. */
export function decodeHeader(value: string): string | null {
  if (/^[\0-\x7f]*$/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return null;
  }
}

function readAddress(text: string | null): Address | null {
  return text === null ? null : parseAddress(text);
}

function splitPath(path: string): readonly string[] {
  const segments = path.slice(1).split('/');
  while (segments.at(-1) === '') segments.pop();
  return segments;
}
