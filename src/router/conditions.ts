import { indexOfHeader } from '../lib/header-list.ts';
import { compileRoutePattern, type RoutePattern } from '../lib/route-pattern.ts';

/** A Host header cut at its port. */
export interface RequestHost {
  readonly name: string;
  readonly port: number;
}

/** One value of `hosts`: a name, or one with a wildcard at either end, and a port if it names one. */
interface HostRule {
  readonly kind: 'exact' | 'suffix' | 'prefix';
  readonly text: string;
  readonly port: number | null;
}

/** One name of `headers` with its accepted values, lower-cased, and patterns. */
interface HeaderRule {
  readonly name: string;
  readonly values: ReadonlySet<string>;
  readonly patterns: readonly RoutePattern[];
}

/** Splits `name:port` at the first colon when digits follow; `fallbackPort` is the port of the listener. */
export function splitRequestHost(host: string, fallbackPort: number): RequestHost {
  const colon = host.indexOf(':');
  if (colon < 0) return { name: host, port: fallbackPort };
  const port = parsePort(host, colon + 1);
  return port === null ? { name: host, port: fallbackPort } : { name: host.slice(0, colon), port };
}

/** Tests the Host header against a route's `hosts`. Case-sensitive, as in Kong. */
export class HostCondition {
  readonly #exact: ReadonlySet<string>;
  readonly #rules: readonly HostRule[];

  constructor(hosts: readonly string[]) {
    const rules = hosts.map(compileHost);
    this.#exact = new Set(rules.filter((rule) => rule.kind === 'exact' && rule.port === null).map((rule) => rule.text));
    this.#rules = rules.filter((rule) => rule.kind !== 'exact' || rule.port !== null);
  }

  matches(host: RequestHost): boolean {
    if (host.name === '') return false;
    return this.#exact.has(host.name) || this.#rules.some((rule) => hostMatches(rule, host));
  }
}

/** Tests request headers against a route's `headers`: every name must have one of its values. */
export class HeaderCondition {
  readonly #rules: readonly HeaderRule[];

  constructor(headers: Readonly<Record<string, readonly string[]>>) {
    this.#rules = Object.entries(headers).map(([name, values]) => compileHeader(name, values));
  }

  matches(rawHeaders: readonly string[]): boolean {
    return this.#rules.every((rule) => headerMatches(rule, rawHeaders));
  }
}

function compileHost(host: string): HostRule {
  const colon = host.indexOf(':');
  const port = colon < 0 ? null : parsePort(host, colon + 1);
  const name = port === null ? host : host.slice(0, colon);
  if (name.startsWith('*')) return { kind: 'suffix', text: name.slice(1), port };
  if (name.endsWith('*')) return { kind: 'prefix', text: name.slice(0, -1), port };
  return { kind: 'exact', text: name, port };
}

function hostMatches(rule: HostRule, host: RequestHost): boolean {
  if (rule.port !== null && rule.port !== host.port) return false;
  if (rule.kind === 'suffix') return host.name.endsWith(rule.text);
  return rule.kind === 'prefix' ? host.name.startsWith(rule.text) : host.name === rule.text;
}

function compileHeader(name: string, values: readonly string[]): HeaderRule {
  const lowered = values.map((value) => value.toLowerCase());
  const patterns = lowered.filter((value) => value.startsWith('~*')).map((value) => requirePattern(value.slice(2)));
  return { name, values: new Set(lowered.filter((value) => !value.startsWith('~*'))), patterns };
}

function headerMatches(rule: HeaderRule, rawHeaders: readonly string[]): boolean {
  for (let at = indexOfHeader(rawHeaders, rule.name, 0); at >= 0; at = indexOfHeader(rawHeaders, rule.name, at + 2)) {
    const value = (rawHeaders[at + 1] ?? '').toLowerCase();
    if (rule.values.has(value) || rule.patterns.some((pattern) => pattern.test(value))) return true;
  }
  return false;
}

/** Config checking refuses a bad pattern long before this. @throws {Error} for one that got here all the same */
export function requirePattern(source: string): RoutePattern {
  const compiled = compileRoutePattern(source);
  if (!compiled.ok) throw new Error(`regular expression "${source}" does not compile: ${compiled.message}`);
  return compiled.pattern;
}

function parsePort(text: string, start: number): number | null {
  const digits = text.slice(start);
  return /^\d{1,5}$/.test(digits) ? Number(digits) : null;
}
