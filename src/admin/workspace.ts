import { derivedId } from '../entities/ids.ts';
import type { JsonObject } from '../lib/json.ts';

/** The name of Kong's workspace that always exists; gw has this one only. */
export const WORKSPACE = 'default';

/** What stands before every path of the workspace. */
const prefix = /^\/default(?=[/?]|$)/;

/** The path, and query, without the name of the workspace: `/default/services` and `/services` are the same. */
export function withoutWorkspace(url: string): string {
  const rest = url.replace(prefix, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * The workspace as Kong Enterprise shows it.
 * @param since when the process started, in ms since the epoch
 */
export function defaultWorkspace(since: number): JsonObject {
  const at = Math.floor(since / 1000);
  return {
    id: derivedId('workspaces', WORKSPACE),
    name: WORKSPACE,
    comment: null,
    config: {},
    meta: {},
    created_at: at,
    updated_at: at,
  };
}
