import type { Diagnostic } from '../config/diagnostic.ts';
import type { LoadResult } from '../config/load-config.ts';

/** How a reload ended. Whatever it is, the gateway has a config. */
export type ReloadOutcome =
  | { readonly kind: 'applied' | 'unchanged'; readonly hash: string; readonly result: LoadResult }
  | { readonly kind: 'rejected'; readonly result: LoadResult }
  | { readonly kind: 'unreadable'; readonly message: string };

/** What `/status` shows of the configuration. */
export interface ConfigStatus {
  readonly running: { readonly hash: string; readonly loadedAt: number; readonly sources: readonly string[] };
  /** The last load that was refused, until one succeeds. */
  readonly lastFailure: {
    readonly at: number;
    readonly message: string;
    readonly diagnostics: readonly Diagnostic[];
  } | null;
}

/** Why a config that was loaded does not run, in words that follow others; `null` when it does. */
export function whyNotRunning(outcome: ReloadOutcome): string | null {
  if (outcome.kind === 'applied' || outcome.kind === 'unchanged') return null;
  return outcome.kind === 'unreadable' ? outcome.message : 'it has errors';
}
