import type { DnsClient } from './dns-client.ts';
import { type AddressType, type DnsMessage, type DnsRecord, RESPONSE_CODES } from './dns-message.ts';
import type { DnsRecordType } from '../../settings.ts';
import type { ResolverConfig } from './system-names.ts';

/** The type of records that led somewhere. */
export type NameSource = AddressType;

/** One address of a name. */
export interface FoundAddress {
  readonly ip: string;
  /** Of an SRV record; 0 when the name says nothing of ports. */
  readonly port: number;
  /** Of an SRV record; `null` otherwise. */
  readonly weight: number | null;
  /** The name that an SRV record points to. */
  readonly name: string | null;
}

/** What DNS knows of a name: at least one address, in a stable order. */
export interface FoundAddresses {
  readonly addresses: readonly FoundAddress[];
  /** Seconds. */
  readonly ttl: number;
  readonly source: NameSource | 'hosts' | 'system' | 'ip';
}

type SrvRecord = Extract<DnsRecord, { readonly type: 'SRV' }>;

/** RFC 2782: a weight of 0 is to be chosen rarely, not never. */
const SRV_ZERO_WEIGHT = 1;
const MAX_CNAMES = 8;

/** Asks DNS for a name: its search domains, its record types in order, its CNAMEs, and the targets of its SRV records. */
export class NameQuery {
  readonly #client: DnsClient;
  readonly #order: readonly DnsRecordType[];
  readonly #config: Pick<ResolverConfig, 'search' | 'ndots'>;

  constructor(client: DnsClient, order: readonly DnsRecordType[], config: Pick<ResolverConfig, 'search' | 'ndots'>) {
    this.#client = client;
    this.#order = order;
    this.#config = config;
  }

  /**
   * The addresses of `host` by the first record type that has any; `null` when the name has none.
   * @param lastType what answered the last time
   * @throws {DnsServerError} when no server answers
   */
  async find(
    host: string,
    lastType: AddressType | null,
  ): Promise<(FoundAddresses & { readonly source: NameSource }) | null> {
    const types = typesInOrder(this.#order, lastType);
    for (const name of candidates(host, this.#config)) {
      for (const type of types) {
        const message = await this.#client.query(name, type);
        const found = type === 'SRV' ? await this.#srv(name, message) : addressesOf(name, type, message);
        if (found !== null) return { ...found, source: type };
        // A name that does not exist has no records of other types either.
        if (message.code === RESPONSE_CODES.nameError) break;
      }
    }
    return null;
  }

  /** Only the most preferred records count (RFC 2782: lowest priority first). */
  async #srv(name: string, message: DnsMessage): Promise<Omit<FoundAddresses, 'source'> | null> {
    const owners = aliasesOf(name, message);
    const records = message.records.filter(
      (record): record is SrvRecord => record.type === 'SRV' && owners.names.has(record.name) && record.target !== '',
    );
    const best = Math.min(...records.map(({ priority }) => priority));
    const top = records.filter(({ priority }) => priority === best);
    const found = await Promise.all(top.map(async (record) => ({ record, ...(await this.#target(record, message)) })));
    const addresses = found.flatMap(({ record, ips }) =>
      ips.map((ip) => ({
        ip,
        port: record.port,
        weight: Math.max(record.weight, SRV_ZERO_WEIGHT),
        name: record.target,
      })),
    );
    if (addresses.length === 0) return null;
    const ttl = Math.min(owners.ttl, ...found.map(({ ttl: targetTtl, record }) => Math.min(targetTtl, record.ttl)));
    return { addresses: sorted(addresses), ttl };
  }

  /** Addresses of an SRV target: those the server sent along, or what it says when asked. */
  async #target({ target }: SrvRecord, message: DnsMessage): Promise<{ ips: readonly string[]; ttl: number }> {
    for (const type of ['A', 'AAAA'] as const) {
      const found =
        addressesOf(target, type, message) ?? addressesOf(target, type, await this.#client.query(target, type));
      if (found !== null) return { ips: found.addresses.map(({ ip }) => ip), ttl: found.ttl };
    }
    return { ips: [], ttl: Number.POSITIVE_INFINITY };
  }
}

/** The names that a host may stand for, most likely first (resolv.conf(5), "search"). */
function candidates(host: string, { search, ndots }: Pick<ResolverConfig, 'search' | 'ndots'>): readonly string[] {
  if (host.endsWith('.')) return [host.slice(0, -1)];
  const dots = host.split('.').length - 1;
  const searched = search.map((domain) => `${host}.${domain}`);
  return dots >= ndots ? [host, ...searched] : [...searched, host];
}

function typesInOrder(order: readonly DnsRecordType[], lastType: AddressType | null): readonly AddressType[] {
  const types = new Set<AddressType>();
  for (const entry of order) {
    if (entry === 'LAST') {
      if (lastType !== null) types.add(lastType);
    } else if (entry !== 'CNAME') types.add(entry);
  }
  // A name with IPv6 addresses alone is resolved even where the order does not think of it.
  return [...types.add('AAAA')];
}

function addressesOf(name: string, type: 'A' | 'AAAA', message: DnsMessage): Omit<FoundAddresses, 'source'> | null {
  const { names, ttl } = aliasesOf(name, message);
  let least = ttl;
  const addresses: FoundAddress[] = [];
  for (const record of message.records) {
    if (record.type !== type || !names.has(record.name)) continue;
    least = Math.min(least, record.ttl);
    addresses.push({ ip: record.address, port: 0, weight: null, name: null });
  }
  return addresses.length === 0 ? null : { addresses: sorted(addresses), ttl: least };
}

/** A name and what its CNAMEs in the message lead to. */
function aliasesOf(
  name: string,
  { records }: DnsMessage,
): { readonly names: ReadonlySet<string>; readonly ttl: number } {
  const names = new Set([name.toLowerCase()]);
  let ttl = Number.POSITIVE_INFINITY;
  for (let step = 0, current = name.toLowerCase(); step < MAX_CNAMES; step++) {
    const alias = records.find((record) => record.type === 'CNAME' && record.name === current);
    if (alias?.type !== 'CNAME') break;
    current = alias.target;
    names.add(current);
    ttl = Math.min(ttl, alias.ttl);
  }
  return { names, ttl };
}

/** Servers rotate their answers; that is no change. */
function sorted(addresses: readonly FoundAddress[]): readonly FoundAddress[] {
  const key = ({ ip, port }: FoundAddress): string => `${ip} ${port}`;
  return [...addresses].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
