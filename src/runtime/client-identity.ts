import { BlockList, isIP } from 'node:net';
import { hostWithoutPort } from '../lib/host-name.ts';
import { version } from '../lib/package-info.ts';
import type { HttpExchange } from './exchange.ts';
import type { CompiledRoute } from './snapshot.ts';

/** `Via` in both directions (RFC 9110 §7.6.3). */
export const VIA = `1.1 gw/${version}`;

/** Decides whose `X-Forwarded-*` headers are believed. */
export class TrustedPeers {
  readonly #list = new BlockList();
  readonly #isEmpty: boolean;
  readonly #trustsAll: boolean;

  /** @throws {TypeError} for what is neither an address nor a CIDR range */
  constructor(ranges: readonly string[]) {
    this.#isEmpty = ranges.length === 0;
    this.#trustsAll = ranges.includes('unix:') || ranges.includes('0.0.0.0/0');
    for (const range of ranges) if (range !== 'unix:') this.#add(range);
  }

  trusts(address: string): boolean {
    if (this.#isEmpty) return false;
    const family = isIP(address);
    return this.#trustsAll || (family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4'));
  }

  #add(range: string): void {
    const [address = '', bits] = range.split('/');
    const family = isIP(address);
    if (family === 0) throw new TypeError(`"${range}" is neither an IP address nor a CIDR range`);
    const kind = family === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) this.#list.addAddress(address, kind);
    else this.#list.addSubnet(address, Number(bits), kind);
  }
}

/** Adds what the upstream is told about the caller and the way the request came: Kong's set of headers. */
export function addForwardedHeaders(exchange: HttpExchange, route: CompiledRoute, peers: TrustedPeers): void {
  const { request, head } = exchange;
  const { headers } = exchange.upstream;
  const address = request.remoteAddress;
  const isTrusted = peers.trusts(address);
  headers.append('Host', route.route.preserve_host && request.host !== '' ? request.host : route.upstreamHost);
  headers.append('X-Real-IP', address);
  headers.append('X-Forwarded-For', head.forwardedFor === undefined ? address : `${head.forwardedFor}, ${address}`);
  headers.append('X-Forwarded-Proto', believed(exchange, isTrusted, 'x-forwarded-proto') ?? request.scheme);
  headers.append(
    'X-Forwarded-Host',
    believed(exchange, isTrusted, 'x-forwarded-host') ?? hostWithoutPort(request.host),
  );
  headers.append('X-Forwarded-Port', believed(exchange, isTrusted, 'x-forwarded-port') ?? String(request.localPort));
  const path = believed(exchange, isTrusted, 'x-forwarded-path') ?? request.parsed?.rawPath;
  if (path !== undefined) headers.append('X-Forwarded-Path', path);
  const prefix = believed(exchange, isTrusted, 'x-forwarded-prefix') ?? exchange.prefix;
  if (prefix !== null && prefix !== '/') headers.append('X-Forwarded-Prefix', prefix);
  headers.append('Via', VIA);
  headers.append('X-Kong-Request-Id', exchange.id);
}

function believed(exchange: HttpExchange, isTrusted: boolean, name: string): string | undefined {
  return isTrusted ? exchange.request.header(name) : undefined;
}
