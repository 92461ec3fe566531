import type { DnsRecordType } from '../runtime/settings.ts';
import { parseTime } from './nginx-values.ts';
import { kong, type SettingDefinition } from './setting-definition.ts';
import {
  parseChoice,
  parseCount,
  parseList,
  parseLongSeconds,
  parseOptionalSeconds,
  parseOptionalText,
} from './setting-parsers.ts';
import { UsageError } from './usage-error.ts';

const parseRecordType = parseChoice<DnsRecordType>('LAST', 'A', 'AAAA', 'SRV', 'CNAME');

/** Settings about connections to upstreams and the names of them. */
export const upstreamSettings = {
  upstream_keepalive_pool_size: kong(
    '512',
    parseCount,
    '0 keeps no idle connections to upstreams; other numbers do not limit them yet',
  ),
  upstream_keepalive_max_requests: kong('10000', parseCount, 'requests on one upstream connection; 0 for no limit'),
  upstream_keepalive_idle_timeout: kong('60', parseTime, 'seconds that an idle upstream connection is kept'),
  dns_resolver: resolver(
    'resolver_address',
    '',
    parseResolvers,
    'name servers, `ip[:port]`; those of the machine when empty',
  ),
  dns_hostsfile: resolver(
    'resolver_hosts_file',
    '/etc/hosts',
    parseHostsFile,
    'names that need no name server; read at start',
  ),
  dns_order: resolver(
    'resolver_family',
    'LAST,SRV,A,CNAME',
    parseOrder,
    'record types in the order they are tried: `LAST` (the type that answered before), `SRV`, `A`, `AAAA`, `CNAME`',
  ),
  dns_valid_ttl: resolver(
    'resolver_valid_ttl',
    '',
    parseOptionalSeconds,
    'seconds that answers count, in place of their own TTL',
  ),
  dns_stale_ttl: resolver(
    'resolver_stale_ttl',
    '3600',
    parseLongSeconds,
    'seconds that an expired answer may serve while a new one is fetched',
  ),
  dns_cache_size: resolver('resolver_lru_cache_size', '10000', parseCount, 'names kept at most'),
  dns_not_found_ttl: kong('30', parseLongSeconds, 'seconds that a name counts as unknown'),
  dns_error_ttl: resolver('resolver_error_ttl', '1', parseLongSeconds, 'seconds before a failed look-up is repeated'),
} as const;

/** A setting of Kong's old DNS client; `alias` is its name in the new one. */
function resolver<Value>(
  alias: string,
  defaultText: string,
  parse: (text: string) => Value,
  doc: string,
): SettingDefinition<Value> {
  return { ...kong(defaultText, parse, doc), aliases: [alias] };
}

function parseOrder(text: string): readonly DnsRecordType[] {
  return parseList(text.toUpperCase()).map(parseRecordType);
}

function parseHostsFile(text: string): string {
  return parseOptionalText(text) ?? '/dev/null';
}

/** Name servers with their ports, 53 when none is given. */
function parseResolvers(text: string): readonly string[] {
  return parseList(text).map((item) => {
    const match =
      /^(\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?::(\d{1,5}))?$/.exec(item) ?? /^([0-9A-Fa-f:]*::?[0-9A-Fa-f:]+)()$/.exec(item);
    const address = match?.[1];
    if (address === undefined)
      throw new UsageError(`"${item}" is not a name server`, 'write ip, ip:port or [IPv6]:port');
    const host = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
    return `${host}:${match?.[2] === undefined || match[2] === '' ? '53' : match[2]}`;
  });
}
