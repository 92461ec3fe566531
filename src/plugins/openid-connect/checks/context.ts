import type { JsonPath } from '../../../lib/json.ts';
import type { CheckLookups, PluginFinding } from '../../../pdk/plugin.ts';
import type { OpenidConnectCode } from '../codes.ts';
import type { OpenidConnectConfig } from '../config.ts';

/** A code that the checks report: the plugin's own, and two that all plugins share. */
export type CheckCode = OpenidConnectCode | 'plugin/not-implemented' | 'plugin/deprecated';

/** What every check gets: the config with and without defaults, and where to put findings. */
export interface CheckContext {
  readonly config: OpenidConnectConfig;
  /** The same config by field name, for checks that loop over names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What the author wrote. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The other entities of the config; `null` when the caller has none. */
  readonly entities: CheckLookups | null;
  error(path: JsonPath, code: CheckCode, message: string, hint?: string): void;
  warning(path: JsonPath, code: CheckCode, message: string, hint?: string): void;
}

/** Wraps the engine's `report`. */
export function createContext(
  config: OpenidConnectConfig,
  given: Readonly<Record<string, unknown>>,
  report: (finding: PluginFinding) => void,
  entities: CheckLookups | null,
): CheckContext {
  const add =
    (severity: PluginFinding['severity']): CheckContext['error'] =>
    (path, code, message, hint) => {
      report({ path, code, severity, message, ...(hint === undefined ? {} : { hint }) });
    };
  return { config, fields: { ...config }, given, entities, error: add('error'), warning: add('warning') };
}

/** The list under `name`, empty when it is not set. */
export function listOf(context: CheckContext, name: string): readonly string[] {
  const value = context.fields[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** Kong knows so many methods, and all of them are on by default. */
const METHOD_COUNT = 9;

/**
 * The methods that the author chose; `null` when all are on: nobody means that, and what is dumped from a running
 * gateway lists them whether or not somebody wrote them.
 */
export function chosenMethods(context: CheckContext): readonly string[] | null {
  const methods = listOf(context, 'auth_methods');
  return isGiven(context, 'auth_methods') && new Set(methods).size < METHOD_COUNT ? methods : null;
}

/** Whether the author set the field to something. */
export function isGiven(context: CheckContext, name: string): boolean {
  return (context.given[name] ?? null) !== null;
}

/** Whether a text is a reference to a secret store, whose value is not known offline. */
export function isReference(value: string): boolean {
  return value.startsWith('{vault://') && value.endsWith('}');
}
