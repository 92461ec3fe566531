import { readFileSync } from 'node:fs';
import type { AdminAccess } from '../admin/guard.ts';
import { isLoopbackHost } from '../lib/loopback.ts';
import { Secret } from '../lib/secret.ts';
import { socketPath } from '../runtime/listen/listen-address.ts';
import { formatAddress } from './listen-address.ts';
import type { Settings } from './setting-table.ts';
import { fileProblem } from './file-problem.ts';
import { UsageError } from './usage-error.ts';

/**
 * Who may use the Admin API, by the settings.
 * @throws {UsageError} when it would be open to the network without a token, or the token file cannot be read
 */
export function decideAdminAccess(settings: Settings): AdminAccess {
  const token = readToken(settings);
  const exposed = settings.admin_listen.find(({ host }) => !isLoopbackHost(host) && socketPath(host) === null);
  if (exposed !== undefined && token === null && !settings.admin_insecure) {
    throw new UsageError(
      `the Admin API on ${formatAddress(exposed)} would be open to anyone who can reach it`,
      'set GW_ADMIN_TOKEN or GW_ADMIN_TOKEN_FILE, listen on 127.0.0.1, or accept the risk with --admin-insecure',
    );
  }
  return { token, allowedHosts: settings.admin_allowed_hosts };
}

function readToken({ admin_token: text, admin_token_file: file }: Settings): Secret | null {
  if (text !== null) return new Secret(text);
  if (file === null) return null;
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`cannot read admin_token_file "${file}": ${fileProblem(error)}`);
  }
  if (content === '') throw new UsageError(`admin_token_file "${file}" is empty`);
  return new Secret(content);
}
