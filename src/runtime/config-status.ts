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
