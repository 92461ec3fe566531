import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Code of the error for a connection that was not made because of its address. */
export const ADDRESS_DENIED = 'ERR_ADDRESS_DENIED';

/** Link-local networks, where clouds keep their credentials service; no identity provider lives there. */
export const linkLocalNetworks: readonly string[] = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128'];

/**
 * Refuses connections to some networks. The check is made on the address that is about to be connected to, after name
 * resolution, so that a name pointing at such an address is no way around it.
 */
export class AddressGuard {
  readonly #denied = new BlockList();

  /** @param networks in CIDR form; see {@link linkLocalNetworks} */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = '', bits = ''] = network.split('/');
      this.#denied.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
    }
  }

  /** Throws when `url` names a denied address itself; names are checked by {@link AddressGuard.lookup}. */
  checkLiteral(url: URL): void {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const family = isIP(host);
    if (family !== 0 && this.#isDenied(host, family)) throw denied(host);
  }

  /** A `lookup` for sockets that fails when a name resolves to a denied address. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const bad = addresses.find(({ address, family }) => this.#isDenied(address, family));
      if (bad !== undefined) {
        callback(denied(bad.address), '');
        return;
      }
      if (options.all === true) callback(null, addresses);
      else answerFirst(addresses, callback);
    });
  };

  #isDenied(address: string, family: number): boolean {
    return this.#denied.check(address, family === 6 ? 'ipv6' : 'ipv4');
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
