import { type AddressRange, parseAddress, parseAddressRange } from '../lib/address-range.ts';
import { addressBehind, addressesBehind, type ClientAddress } from './client-address.ts';
import type { ConnectionFacts } from './connection-facts.ts';
import type { GatewaySettings } from './settings.ts';

/** A request whose client is found out. */
export interface IdentifiedRequest {
  readonly connection: ConnectionFacts;
  readonly rawHeaders: readonly string[];
  /** The far end as far as it is known: the connection's, or what a trusted peer said. */
  client: ClientAddress;
  /** Whether the connection's own peer is trusted, so that its `X-Forwarded-*` headers are believed. */
  isFromTrusted: boolean;
  /** The port clients know the listener by. */
  port: number;
}

/** The settings that say who is believed about what. */
export type IdentitySettings = Pick<GatewaySettings, 'trustedIps' | 'realIpHeader' | 'realIpRecursive' | 'portMaps'>;

/** How unix sockets, which have no address, are called in `trusted_ips` and in headers, as in nginx. */
const UNIX = 'unix:';

/**
 * Decides who a request comes from: the connection's peer, or where that is trusted (`trusted_ips`), whom it names
 * (`real_ip_header`, `real_ip_recursive`), as nginx's realip module does. A connection is judged once.
 */
export class ClientIdentity {
  readonly #ranges: readonly AddressRange[];
  readonly #trustsUnix: boolean;
  readonly #trustsNobody: boolean;
  readonly #header: string;
  readonly #isRecursive: boolean;
  readonly #portMaps: ReadonlyMap<number, number>;
  readonly #judged = new WeakMap<ConnectionFacts, boolean>();

  /** @throws {TypeError} for what is neither an address nor a CIDR range */
  constructor(settings: IdentitySettings) {
    this.#ranges = settings.trustedIps.filter((range) => range !== UNIX).map(readRange);
    this.#trustsUnix = settings.trustedIps.includes(UNIX);
    this.#trustsNobody = settings.trustedIps.length === 0;
    this.#header = settings.realIpHeader.toLowerCase();
    this.#isRecursive = settings.realIpRecursive;
    this.#portMaps = settings.portMaps;
  }

  /** Whether an address is one of `trusted_ips`; `unix:` stands for every unix socket. */
  trusts(address: string): boolean {
    if (this.#trustsNobody) return false;
    if (address === UNIX) return this.#trustsUnix;
    const parsed = parseAddress(address);
    return parsed !== null && this.#ranges.some((range) => range.contains(parsed));
  }

  /** Fills in what the connection alone does not tell. */
  identify(request: IdentifiedRequest): void {
    if (this.#portMaps.size > 0) request.port = this.#portMaps.get(request.port) ?? request.port;
    if (this.#trustsNobody || !this.#trustsPeerOf(request.connection)) return;
    request.isFromTrusted = true;
    request.client = this.#clientBehind(request.connection, request.rawHeaders);
  }

  #trustsPeerOf(connection: ConnectionFacts): boolean {
    let isTrusted = this.#judged.get(connection);
    if (isTrusted === undefined) {
      isTrusted = this.trusts(connection.peerAddress);
      this.#judged.set(connection, isTrusted);
    }
    return isTrusted;
  }

  #clientBehind(connection: ConnectionFacts, rawHeaders: readonly string[]): ClientAddress {
    const said =
      this.#header === 'x-forwarded-for' ? joined(rawHeaders, this.#header) : first(rawHeaders, this.#header);
    if (said === undefined) return connection;
    if (!this.#isRecursive) return addressBehind(said) ?? connection;
    return addressesBehind(said, (address) => this.trusts(address)) ?? connection;
  }
}

/**
 * The first value of a field under exactly this name. Elsewhere `_` counts as `-`; here it must not: a trusted peer sets
 * `X-Real-IP`, and passes on an `X_Real_IP` that anybody may have sent.
 * @param lower the name in lower case
 */
export function first(rawHeaders: readonly string[], lower: string): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (isNamed(rawHeaders[at] ?? '', lower)) return rawHeaders[at + 1];
  }
  return undefined;
}

function joined(rawHeaders: readonly string[], lower: string): string | undefined {
  let list: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!isNamed(rawHeaders[at] ?? '', lower)) continue;
    const value = rawHeaders[at + 1] ?? '';
    list = list === undefined ? value : `${list}, ${value}`;
  }
  return list;
}

function isNamed(name: string, lower: string): boolean {
  return name.length === lower.length && name.toLowerCase() === lower;
}

function readRange(text: string): AddressRange {
  const range = parseAddressRange(text);
  if (range === null) throw new TypeError(`"${text}" is neither an IP address nor a CIDR range`);
  return range;
}
