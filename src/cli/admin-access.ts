import { readFileSync } from 'node:fs';
import type { ClientCertificatePolicy } from '../admin/access/client-certificate.ts';
import type { AdminAccess } from '../admin/guard.ts';
import { isLoopbackHost } from '../lib/loopback.ts';
import { Secret } from '../lib/secret.ts';
import { socketPath } from '../runtime/listen/listen-address.ts';
import { type ListenEntry, formatAddress } from './listen-address.ts';
import type { Settings } from './setting-table.ts';
import { fileProblem } from '../lib/file-problem.ts';
import { UsageError } from './usage-error.ts';

/**
 * Who may use the Admin API, by the settings.
 * @throws {UsageError} when it would be open to the network, a token file cannot be read, or tokens contradict
 */
export function decideAdminAccess(settings: Settings): AdminAccess {
  const token = readToken(settings, 'admin_token');
  const readonlyToken = readToken(settings, 'admin_readonly_token');
  const exposed = settings.admin_listen.find((entry) => isExposed(entry, settings));
  if (exposed !== undefined && token === null && !settings.admin_insecure) {
    throw new UsageError(
      `the Admin API on ${formatAddress(exposed)} would be open to anyone who can reach it`,
      'set GW_ADMIN_TOKEN or GW_ADMIN_TOKEN_FILE, listen on 127.0.0.1, or accept the risk with --admin-insecure',
    );
  }
  if (readonlyToken !== null && token === null) {
    throw new UsageError(
      'admin_readonly_token is set and admin_token is not, so that everyone could write without any',
      'set GW_ADMIN_TOKEN or GW_ADMIN_TOKEN_FILE too',
    );
  }
  if (readonlyToken !== null && readonlyToken.reveal() === token?.reveal()) {
    throw new UsageError('admin_readonly_token and admin_token are the same');
  }
  const allowedOrigins = [...settings.admin_allowed_origins, ...settings.admin_gui_url];
  return { token, readonlyToken, allowedHosts: settings.admin_allowed_hosts, allowedOrigins };
}

/**
 * What callers of the Admin API have to show over TLS; `null` for nothing.
 * @throws {UsageError} when there is nothing to verify certificates against
 */
export function decideClientCertificates(settings: Settings): ClientCertificatePolicy | null {
  const mode = settings.nginx_admin_ssl_verify_client;
  if (mode === 'off') return null;
  const authorities = settings.nginx_admin_ssl_client_certificate;
  if (authorities.length === 0) {
    throw new UsageError(
      `nginx_admin_ssl_verify_client is "${mode}" and there is no authority to verify certificates against`,
      'name one in nginx_admin_ssl_client_certificate',
    );
  }
  return { mode, authorities, depth: settings.nginx_admin_ssl_verify_depth };
}

/** Whether others than this machine, and than owners of a certificate, could use an address. */
function isExposed({ host, isTls }: ListenEntry, settings: Settings): boolean {
  const isLocal = isLoopbackHost(host) || socketPath(host) !== null;
  return !isLocal && !(isTls && settings.nginx_admin_ssl_verify_client === 'on');
}

function readToken(settings: Settings, name: 'admin_token' | 'admin_readonly_token'): Secret | null {
  const text = settings[name];
  const file = settings[`${name}_file`];
  if (text !== null) return new Secret(text);
  if (file === null) return null;
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`cannot read ${name}_file "${file}": ${fileProblem(error)}`);
  }
  if (content === '') throw new UsageError(`${name}_file "${file}" is empty`);
  return new Secret(content);
}
