import { type RequestHost, splitHostPort } from './request-host.ts';
import type { RouterFlavor } from './router.ts';

/** One value of `hosts`: a name, or one with a wildcard at either end, and a port if it names one. */
export interface HostRule {
  readonly kind: 'exact' | 'suffix' | 'prefix';
  /** Without the asterisk and without the port, except where a plain host is compared together with its port. */
  readonly text: string;
  readonly port: number | null;
}

/** Tests the Host header against a route's `hosts`. Case-sensitive, as in Kong. */
export class HostCondition {
  readonly rules: readonly HostRule[];
  /** Plain hosts without a port of their own. */
  readonly #exact: ReadonlySet<string>;
  /** All others. */
  readonly #others: readonly HostRule[];
  /** In `traditional` an asterisk stands for one character at least. */
  readonly #isStrict: boolean;

  constructor(hosts: readonly string[], flavor: RouterFlavor) {
    this.#isStrict = flavor === 'traditional';
    this.rules = hosts.map((host) => compileHost(host, this.#isStrict));
    const isPlain = (rule: HostRule): boolean => rule.kind === 'exact' && rule.port === null;
    this.#exact = new Set(this.rules.filter(isPlain).map((rule) => rule.text));
    this.#others = this.rules.filter((rule) => !isPlain(rule));
  }

  /** The plain host that is all there is; `null` when there is more, or `traditional` compares two spellings. */
  get onlyPlain(): string | null {
    const [only] = this.rules;
    return this.rules.length === 1 && only !== undefined && !this.#isStrict && this.#exact.has(only.text)
      ? only.text
      : null;
  }

  /** Whether a request whose host is `key` in the index meets the condition, whatever its port. */
  isMetBy(key: string): boolean {
    return this.#exact.has(key);
  }

  matches(host: RequestHost): boolean {
    if (host.key === '') return false;
    if (this.#exact.has(host.key) || (host.otherKey !== null && this.#exact.has(host.otherKey))) return true;
    for (const rule of this.#others) if (this.#ruleMatches(rule, host)) return true;
    return false;
  }

  #ruleMatches({ kind, text, port }: HostRule, host: RequestHost): boolean {
    if (port !== null && port !== host.port) return false;
    if (kind === 'exact') return host.key === text;
    const { name } = host;
    if (kind === 'prefix') return name.startsWith(text) && (!this.#isStrict || name.length > text.length);
    return name.endsWith(text) && (!this.#isStrict || name.length > text.length);
  }
}

/** `traditional` compares a plain host as it stands, port and all. */
function compileHost(host: string, isTraditional: boolean): HostRule {
  const { name, port } = splitHostPort(host);
  if (name.startsWith('*')) return { kind: 'suffix', text: name.slice(1), port };
  if (name.endsWith('*')) return { kind: 'prefix', text: name.slice(0, -1), port };
  return isTraditional ? { kind: 'exact', text: host, port: null } : { kind: 'exact', text: name, port };
}
