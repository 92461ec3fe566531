import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../../../lib/clock.ts';
import { LruMap } from '../../../lib/lru-map.ts';
import { SingleFlight } from '../../../lib/single-flight.ts';
import { GatewayError } from '../../../pdk/errors.ts';
import type { DnsSettings } from '../../settings.ts';
import { DnsClient, parseNameServer } from './dns-client.ts';
import type { AddressType } from './dns-message.ts';
import { type FoundAddresses, NameQuery } from './name-query.ts';
import { parseHosts, parseResolvConf, readSystemFile } from './system-names.ts';

interface Entry {
  readonly addresses: FoundAddresses | null;
  /** Why there is none. */
  readonly error: Error | null;
  readonly freshUntil: number;
  readonly staleUntil: number;
}

/** What the system's own resolver says has no TTL. */
const SYSTEM_TTL_S = 10;
/** A TTL of 0 would ask for every request. */
const MIN_TTL_MS = 1000;
const RESOLV_CONF = '/etc/resolv.conf';

/** A name that cannot be resolved, in Kong's status and words. */
export class NameResolutionError extends GatewayError {
  override readonly name = 'NameResolutionError';

  constructor(host: string, cause: Error) {
    super({
      code: 'ERR_NAME_RESOLUTION',
      status: 503,
      message: `cannot resolve "${host}": ${cause.message}`,
      publicMessage: 'name resolution failed',
      retryable: true,
      cause,
    });
  }
}

/**
 * Resolves names: the hosts file, then DNS, then the system's own resolver when no name server answers. Answers live
 * as long as their TTL says; after that they stay in use while a new one is fetched, by one query for all who ask.
 */
export class DnsResolver {
  readonly #settings: DnsSettings;
  readonly #clock: Clock;
  readonly #entries: LruMap<string, Entry>;
  readonly #lastTypes: LruMap<string, AddressType>;
  readonly #flights = new SingleFlight<string, FoundAddresses>();
  #hosts: ReadonlyMap<string, readonly string[]> | null = null;
  #query: NameQuery | null = null;

  constructor(settings: DnsSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#entries = new LruMap(settings.cacheSize);
    this.#lastTypes = new LruMap(settings.cacheSize);
  }

  /**
   * Where `host` leads. At once when that is known, be it past its time; a promise otherwise. The same object is
   * returned as long as nothing has changed.
   * @throws {NameResolutionError} when it is known that it leads nowhere; a promise rejects with it
   */
  resolve(host: string): FoundAddresses | Promise<FoundAddresses> {
    const entry = this.#entries.get(host);
    const now = this.#clock.now();
    if (entry === undefined || now >= entry.staleUntil) return this.#fetch(host);
    if (now >= entry.freshUntil) this.#fetch(host).catch(() => undefined);
    if (entry.addresses !== null) return entry.addresses;
    throw new NameResolutionError(host, entry.error ?? new Error('no address'));
  }

  /** Where `host` leads as far as that can be said without asking anybody; `null` when it cannot. */
  known(host: string): FoundAddresses | null {
    return this.#withoutQuestion(host) ?? this.#entries.peek(host)?.addresses ?? null;
  }

  #fetch(host: string): Promise<FoundAddresses> {
    return this.#flights.run(host, async () => {
      try {
        return this.#remember(host, this.#withoutQuestion(host) ?? (await this.#ask(host)));
      } catch (error) {
        this.#rememberFailure(host, error as Error);
        throw new NameResolutionError(host, error as Error);
      }
    });
  }

  /** Addresses as such, and names of the hosts file. */
  #withoutQuestion(host: string): FoundAddresses | null {
    const plain = host.startsWith('[') ? host.slice(1, -1) : host;
    if (isIP(plain) !== 0) return fixed([plain], 'ip');
    this.#hosts ??= parseHosts(readSystemFile(this.#settings.hostsFile));
    const found = this.#hosts.get(host.toLowerCase().replace(/\.$/, ''));
    if (found === undefined) return null;
    return fixed(oneFamily(found), 'hosts');
  }

  async #ask(host: string): Promise<FoundAddresses> {
    this.#query ??= this.#openQuery();
    try {
      const found = host === 'localhost' ? null : await this.#query.find(host, this.#lastTypes.get(host) ?? null);
      if (found !== null) {
        this.#lastTypes.set(host, found.source);
        return found;
      }
    } catch (error) {
      return this.#askSystem(host, error as Error);
    }
    if (host === 'localhost') return this.#askSystem(host, new Error('no address'));
    throw new NotFoundError('the name does not exist');
  }

  /** The way of last resort: it knows mDNS, NIS and what else `nsswitch.conf` names. */
  async #askSystem(host: string, reason: Error): Promise<FoundAddresses> {
    try {
      const found = await systemLookup(host, { all: true, verbatim: false });
      return { ...fixed(oneFamily(found.map(({ address }) => address)), 'system'), ttl: SYSTEM_TTL_S };
    } catch {
      throw reason;
    }
  }

  #openQuery(): NameQuery {
    const { resolvers, order } = this.#settings;
    const config = parseResolvConf(readSystemFile(RESOLV_CONF));
    const servers = resolvers.length > 0 ? resolvers.map(parseNameServer) : config.servers;
    return new NameQuery(new DnsClient(servers, config), order, config);
  }

  #remember(host: string, found: FoundAddresses): FoundAddresses {
    const before = this.#entries.peek(host)?.addresses ?? null;
    const addresses = before !== null && sameAddresses(before, found) ? before : found;
    const ttlMs = this.#settings.validTtlMs ?? Math.max(found.ttl * 1000, MIN_TTL_MS);
    const freshUntil = this.#clock.now() + ttlMs;
    this.#entries.set(host, {
      addresses,
      error: null,
      freshUntil,
      staleUntil: freshUntil + this.#settings.staleTtlMs,
    });
    return addresses;
  }

  #rememberFailure(host: string, error: Error): void {
    const now = this.#clock.now();
    const before = this.#entries.peek(host);
    const isGone = error instanceof NotFoundError;
    const retryAt = now + (isGone ? this.#settings.notFoundTtlMs : this.#settings.errorTtlMs);
    // Servers that are down do not make an answer wrong; one that says that the name is gone does.
    if (!isGone && before !== undefined && before.addresses !== null && now < before.staleUntil) {
      this.#entries.set(host, { ...before, freshUntil: Math.min(retryAt, before.staleUntil) });
      return;
    }
    this.#entries.set(host, { addresses: null, error, freshUntil: retryAt, staleUntil: retryAt });
  }
}

class NotFoundError extends Error {}

/** As an answer of DNS has it; IPv4 before IPv6, as in the default order. */
function oneFamily(ips: readonly string[]): readonly string[] {
  const v4 = ips.filter((ip) => isIP(ip) === 4);
  return v4.length > 0 ? v4 : ips;
}

function fixed(ips: readonly string[], source: 'ip' | 'hosts' | 'system'): FoundAddresses {
  const addresses = ips.map((ip) => ({ ip, port: 0, weight: null, name: null }));
  return { addresses, ttl: Number.POSITIVE_INFINITY, source };
}

function sameAddresses(a: FoundAddresses, b: FoundAddresses): boolean {
  return (
    a.source === b.source &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every((address, index) => {
      const other = b.addresses[index];
      return address.ip === other?.ip && address.port === other.port && address.weight === other.weight;
    })
  );
}
