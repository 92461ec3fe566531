import type { JsonPath } from '../../lib/json.ts';
import type { DiscoveryDocument, ProviderMetadata } from '../../oidc/provider-metadata.ts';
import type { OnlineSurroundings, PluginFinding } from '../../pdk/plugin.ts';
import type { CompiledConfig } from './compile-config.ts';
import type { OpenidConnectConfig } from './config.ts';
import type { OnlineCode } from './online-codes.ts';
import type { OnlineNeed } from './online-needs.ts';

/** Most names of a list, and characters of a text, that a message repeats from the provider. */
const MAX_NAMES = 10;
const MAX_TEXT = 200;

/** A config and what its provider announces. */
export interface Comparison {
  readonly config: OpenidConnectConfig;
  readonly compiled: CompiledConfig;
  readonly needs: readonly OnlineNeed[];
  /** What the author wrote. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly source: DiscoveryDocument;
  readonly metadata: ProviderMetadata;
  readonly surroundings: OnlineSurroundings;
  readonly report: (finding: PluginFinding) => void;
}

/** What a finding says. */
export interface OnlineFinding {
  readonly message: string;
  readonly hint: string;
}

/** Reports a mismatch that may be none: what a provider announces is not always all it does. */
export function warn({ report }: Comparison, path: JsonPath, code: OnlineCode, finding: OnlineFinding): void {
  report({ path, code, severity: 'warning', ...finding });
}

/** Where the author wrote `field`, or else the issuer, whose announcement does not fit. */
export function placeOf({ given }: Comparison, field: string, index: number | null = null): JsonPath {
  const value = given[field];
  if (value === undefined || value === null) return ['issuer'];
  if (index === null || !Array.isArray(value)) return [field];
  return [field, index in value ? index : 0];
}

/** Where the author asked for what is needed. */
export function placeOfNeed(comparison: Comparison, { by }: OnlineNeed): JsonPath {
  const methods = comparison.given.auth_methods;
  const at = Array.isArray(methods) ? methods.indexOf(by) : -1;
  return at < 0 ? placeOf(comparison, by) : ['auth_methods', at];
}

/** The texts of a list; null when it is none, which says nothing. */
export function texts(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  return value.filter((item): item is string => typeof item === 'string');
}

/** A list of a provider's, for a message. */
export function list(names: readonly string[]): string {
  if (names.length === 0) return 'an empty list';
  const more = names.length > MAX_NAMES ? ', …' : '';
  return names.slice(0, MAX_NAMES).map(shown).join(', ') + more;
}

/** A provider writes what it likes; a finding is one line, for terminals and log parsers. */
export function shown(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�');
  return line.length <= MAX_TEXT ? line : `${line.slice(0, MAX_TEXT - 1)}…`;
}
