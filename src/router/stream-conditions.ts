import type { RouteEndpoint } from '../entities/route.ts';
import { type Address, type AddressRange, parseAddress, parseAddressRange } from '../lib/address-range.ts';

/** One entry of `sources` or `destinations`; what it does not name may be anything. */
export interface EndpointRule {
  /** Key of a single address. */
  readonly address: string | null;
  readonly range: AddressRange | null;
  readonly port: number | null;
}

/** Tests one end of a connection against `sources` or `destinations`: any entry may match. */
export class EndpointCondition {
  readonly rules: readonly EndpointRule[];
  /** One of these addresses ({@link addressKey}) or ports is part of every match; `null` when a range alone may do. */
  readonly keys: readonly (string | number)[] | null;

  constructor(endpoints: readonly RouteEndpoint[]) {
    this.rules = endpoints.map(compileEndpoint);
    const keys = this.rules.map(({ address, port }) => address ?? port).filter((key) => key !== null);
    this.keys = keys.length === this.rules.length ? keys : null;
  }

  /** `null` as an address or port matches no entry that names one. */
  matches(address: Address | null, port: number | null): boolean {
    const key = address === null ? null : addressKey(address);
    return this.rules.some(
      (rule) =>
        (rule.port === null || rule.port === port) &&
        (rule.address === null || rule.address === key) &&
        (rule.range === null || (address !== null && rule.range.contains(address))),
    );
  }
}

/** Tests a server name against `snis`: exact, `*.x` for what ends with `.x`, `x.*` for what begins with `x.`. */
export class SniCondition {
  /** The names and wildcards; `null` when one of them has its `*` elsewhere than beside a dot. */
  readonly keys: readonly string[] | null;
  readonly #exact: ReadonlySet<string>;
  readonly #suffixes: readonly string[];
  readonly #prefixes: readonly string[];

  constructor(snis: readonly string[]) {
    const patterns = snis.map(withoutFinalDot);
    const isSuffix = (sni: string): boolean => sni.startsWith('*');
    const isPrefix = (sni: string): boolean => !isSuffix(sni) && sni.endsWith('*');
    this.keys = patterns.every((sni) => !sni.includes('*') || /^\*\.|\.\*$/.test(sni)) ? patterns : null;
    this.#exact = new Set(patterns.filter((sni) => !isSuffix(sni) && !isPrefix(sni)));
    this.#suffixes = patterns.filter(isSuffix).map((sni) => sni.slice(1));
    this.#prefixes = patterns.filter(isPrefix).map((sni) => sni.slice(0, -1));
  }

  matches(sni: string | null): boolean {
    if (sni === null) return false;
    if (this.#exact.has(sni)) return true;
    return (
      this.#suffixes.some((suffix) => sni.endsWith(suffix)) || this.#prefixes.some((prefix) => sni.startsWith(prefix))
    );
  }
}

/** One text per address, however it is written: what maps are keyed with. */
export function addressKey(address: Address): string {
  return address.join(':');
}

/** The final dot of a name from the root takes no part in routing. */
export function withoutFinalDot(sni: string): string {
  return sni.length > 1 && sni.endsWith('.') ? sni.slice(0, -1) : sni;
}

/** `null` for an attribute that is absent or empty: it takes no part in matching. */
export function endpointCondition(endpoints: readonly RouteEndpoint[] | null): EndpointCondition | null {
  return endpoints === null || endpoints.length === 0 ? null : new EndpointCondition(endpoints);
}

/** The same for `snis`. */
export function sniCondition(snis: readonly string[] | null): SniCondition | null {
  return snis === null || snis.length === 0 ? null : new SniCondition(snis);
}

/** Config checking refuses a bad address long before this; one that got here all the same equals no address. */
function compileEndpoint({ ip, port }: RouteEndpoint): EndpointRule {
  const range = ip?.includes('/') === true ? parseAddressRange(ip) : null;
  if (range !== null || ip === null) return { address: null, range, port };
  const address = parseAddress(ip);
  return { address: address === null ? ip : addressKey(address), range: null, port };
}
