/** One setting of `gw start`. */
export interface SettingDefinition<Value> {
  /** As it is written in `kong.conf`; the default too. */
  readonly defaultText: string;
  /** @throws {UsageError} */
  readonly parse: (text: string) => Value;
  /** One line for `gw help settings` and `docs/start.md`. */
  readonly doc: string;
  /** True for settings Kong does not have: `GW_…` and `kong.conf` only, never `KONG_…`. */
  readonly isOurs: boolean;
  /** True when the value must not be printed. */
  readonly isSecret?: boolean;
  /** Other names Kong knows it by, such as its nginx directive; they count where the name itself is not given. */
  readonly aliases?: readonly string[];
}

/** A setting of Kong. */
export function kong<Value>(
  defaultText: string,
  parse: (text: string) => Value,
  doc: string,
): SettingDefinition<Value> {
  return { defaultText, parse, doc, isOurs: false };
}

/** A setting that only gw has. */
export function ours<Value>(
  defaultText: string,
  parse: (text: string) => Value,
  doc: string,
): SettingDefinition<Value> {
  return { defaultText, parse, doc, isOurs: true };
}

/** A setting whose value is never printed. */
export function secret<Value>(definition: SettingDefinition<Value>): SettingDefinition<Value> {
  return { ...definition, isSecret: true };
}

/**
 * A directive of nginx that Kong passes on: `name` itself, `nginx_proxy_name` (server level, the stronger one) and
 * `nginx_http_name`.
 */
export function nginx<Value>(
  name: string,
  defaultText: string,
  parse: (text: string) => Value,
  doc: string,
): SettingDefinition<Value> {
  return { ...kong(defaultText, parse, doc), aliases: [`nginx_proxy_${name}`, `nginx_http_${name}`] };
}
