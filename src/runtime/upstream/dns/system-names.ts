import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type NameServer, parseNameServer } from './dns-client.ts';

/** What `/etc/resolv.conf` says (resolv.conf(5)). */
export interface ResolverConfig {
  readonly servers: readonly NameServer[];
  /** Domains that short names are tried in. */
  readonly search: readonly string[];
  /** A name with this many dots is tried as it is first. */
  readonly ndots: number;
  /** Milliseconds for one server. */
  readonly timeoutMs: number;
  readonly attempts: number;
}

const MAX_SERVERS = 3;
const MAX_SEARCH = 6;

/** Reads the text of a `resolv.conf`; what it does not say is as glibc has it. */
export function parseResolvConf(text: string): ResolverConfig {
  const servers: NameServer[] = [];
  let search: string[] = [];
  const options = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && words[0] !== undefined) servers.push(parseServer(words[0]));
    else if (keyword === 'search' || keyword === 'domain') search = words.map((domain) => domain.replace(/\.$/, ''));
    else if (keyword === 'options') {
      for (const word of words) {
        const [name = '', value] = word.split(':');
        if (value !== undefined && /^\d+$/.test(value)) options.set(name, Number(value));
      }
    }
  }
  return {
    servers: servers.slice(0, MAX_SERVERS),
    search: search.filter((domain) => domain !== '').slice(0, MAX_SEARCH),
    ndots: Math.min(options.get('ndots') ?? 1, 15),
    timeoutMs: Math.min(Math.max(options.get('timeout') ?? 2, 1), 30) * 1000,
    attempts: Math.min(Math.max(options.get('attempts') ?? 2, 1), 5),
  };
}

/** Reads the text of a hosts file: names in lower case and their addresses in order. */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const known = hosts.get(name.toLowerCase());
      if (known === undefined) hosts.set(name.toLowerCase(), [address]);
      else if (!known.includes(address)) known.push(address);
    }
  }
  return hosts;
}

/** The text of a file of the system; empty when there is none. */
export function readSystemFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** A zone in an address (`fe80::1%eth0`) stays with it. */
function parseServer(word: string): NameServer {
  return word.includes('%') ? { host: word, port: 53 } : parseNameServer(word);
}
