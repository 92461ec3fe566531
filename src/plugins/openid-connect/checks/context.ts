import type { JsonPath } from '../../../lib/json.ts';
import type { PluginFinding } from '../../../pdk/plugin.ts';
import type { OpenidConnectConfig } from '../config.ts';

/** The codes these checks report, with what each is about; `docs/openid-connect.md` explains them. */
export const checkCodes = {
  'plugin/not-implemented': 'a field or method is accepted but not run yet',
  'plugin/deprecated': 'a field has a newer name',
  'openid-connect/no-method': 'no method that gw runs is enabled, so every request is refused',
  'openid-connect/issuer': 'the issuer is not a usable URL',
  'openid-connect/endpoint-missing': 'a pseudo issuer lacks an endpoint',
  'openid-connect/list-length': 'lists that belong together differ in length',
  'openid-connect/conflict': 'the old and the new form of a setting disagree',
  'openid-connect/client': 'settings of the own clients do not fit together',
  'openid-connect/method': "a method lacks a setting, or two methods get in each other's way",
  'openid-connect/insecure': 'a safeguard is switched off',
  'openid-connect/cache': 'cache times or the salt do not make sense',
  'openid-connect/required-list': 'a list of required values may not mean what it says',
  'openid-connect/header-name': 'a name that no header can have',
  'openid-connect/reserved-name': 'an argument or header that gw sets itself',
  'openid-connect/provider': 'a setting that this identity provider is known to reject',
} as const;

/** One of {@link checkCodes}. */
export type CheckCode = keyof typeof checkCodes;

/** What every check gets: the config with and without defaults, and where to put findings. */
export interface CheckContext {
  readonly config: OpenidConnectConfig;
  /** The same config by field name, for checks that loop over names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What the author wrote. */
  readonly given: Readonly<Record<string, unknown>>;
  error(path: JsonPath, code: CheckCode, message: string, hint?: string): void;
  warning(path: JsonPath, code: CheckCode, message: string, hint?: string): void;
}

/** Wraps the engine's `report`. */
export function createContext(
  config: OpenidConnectConfig,
  given: Readonly<Record<string, unknown>>,
  report: (finding: PluginFinding) => void,
): CheckContext {
  const add =
    (severity: PluginFinding['severity']): CheckContext['error'] =>
    (path, code, message, hint) => {
      report({ path, code, severity, message, ...(hint === undefined ? {} : { hint }) });
    };
  return { config, fields: { ...config }, given, error: add('error'), warning: add('warning') };
}

/** The list under `name`, empty when it is not set. */
export function listOf(context: CheckContext, name: string): readonly string[] {
  const value = context.fields[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** Whether the author set the field to something. */
export function isGiven(context: CheckContext, name: string): boolean {
  return (context.given[name] ?? null) !== null;
}

/** Whether a text is a reference to a secret store, whose value is not known offline. */
export function isReference(value: string): boolean {
  return value.startsWith('{vault://') && value.endsWith('}');
}
