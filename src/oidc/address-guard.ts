import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type AddressRange, parseAddress, parseAddressRange } from '../lib/address-range.ts';

/** Code of the error for a connection that was not made because of its address. */
export const ADDRESS_DENIED = 'ERR_ADDRESS_DENIED';

/**
 * Where clouds keep the credentials of the machines that run in them: link-local networks (also as NAT64 writes them), and
 * services of AWS, Google, Alibaba, Oracle and Azure elsewhere. No identity provider lives there.
 */
export const metadataAddresses: readonly string[] = [
  ...['169.254.0.0/16', 'fe80::/10', '64:ff9b::a9fe:0/112'],
  ...['fd00:ec2::/32', 'fd20:ce::254', '100.100.100.200', '192.0.0.192', '168.63.129.16'],
];

/**
 * Refuses connections to some addresses. The check is made on the address that is about to be connected to, after name
 * resolution, so that a name pointing at such an address is no way around it.
 */
export class AddressGuard {
  readonly #denied: readonly AddressRange[];

  /** @param addresses alone or in CIDR form; see {@link metadataAddresses} */
  constructor(addresses: readonly string[]) {
    this.#denied = addresses.map(parseAddressRange).filter((range) => range !== null);
  }

  /** Throws when `url` names a denied address itself; names are checked by {@link AddressGuard.lookup}. */
  checkLiteral(url: URL): void {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (this.#isDenied(host)) throw denied(host);
  }

  /** A `lookup` for sockets that fails when a name resolves to a denied address. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const bad = addresses.find(({ address }) => this.#isDenied(address));
      if (bad !== undefined) {
        callback(denied(bad.address), '');
        return;
      }
      if (options.all === true) callback(null, addresses);
      else answerFirst(addresses, callback);
    });
  };

  #isDenied(text: string): boolean {
    const address = parseAddress(text);
    return address !== null && this.#denied.some((range) => range.contains(address));
  }
}

function answerFirst(addresses: readonly LookupAddress[], callback: Parameters<LookupFunction>[2]): void {
  const first = addresses[0];
  if (first === undefined) callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
  else callback(null, first.address, first.family);
}

function denied(address: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`connections to "${address}" are not allowed`), { code: ADDRESS_DENIED });
}
