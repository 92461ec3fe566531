import { readFileSync } from 'node:fs';
import { fileProblem } from '../lib/file-problem.ts';
import { UsageError } from './usage-error.ts';

/** Flags about the Admin API that a command asks. */
export interface AdminFlags {
  readonly admin?: string;
  readonly adminToken?: string;
  readonly adminTokenFile?: string;
  readonly caCertFile?: string;
  readonly tlsSkipVerify?: true;
  readonly tlsClientCertFile?: string;
  readonly tlsClientKeyFile?: string;
}

/** Where the Admin API listens unless it is told otherwise. */
export const DEFAULT_ADMIN = 'http://127.0.0.1:8001';

/** Reads the address. @throws {UsageError} when it is no URL of the web */
export function adminUrl(admin: string): URL {
  const base = URL.canParse(admin) ? new URL(admin) : null;
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new UsageError(`"${admin}" is not an http or https URL`, `for example --admin ${DEFAULT_ADMIN}`);
  }
  return base;
}

/**
 * The token to send; `null` for none. What is nearest to the command counts: its flags, then the variables that the
 * gateway itself knows. @throws {UsageError} when a file cannot be read
 */
export function tokenFrom(flags: AdminFlags, env: Readonly<Record<string, string | undefined>>): string | null {
  if (flags.adminToken !== undefined) return flags.adminToken;
  if (flags.adminTokenFile !== undefined) return readText(flags.adminTokenFile, '--admin-token-file').trim();
  if (env.GW_ADMIN_TOKEN !== undefined) return env.GW_ADMIN_TOKEN;
  return env.GW_ADMIN_TOKEN_FILE === undefined ? null : readText(env.GW_ADMIN_TOKEN_FILE, 'GW_ADMIN_TOKEN_FILE').trim();
}

/** How to speak TLS, for `tls.connect`. */
export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Whom to trust, and what to show. @throws {UsageError} when a file cannot be read */
export function tlsFrom({ tlsSkipVerify, caCertFile, tlsClientCertFile, tlsClientKeyFile }: AdminFlags): TlsOptions {
  if ((tlsClientCertFile === undefined) !== (tlsClientKeyFile === undefined)) {
    throw new UsageError('--tls-client-cert-file and --tls-client-key-file go together');
  }
  return {
    rejectUnauthorized: tlsSkipVerify !== true,
    ...(caCertFile === undefined ? {} : { ca: readText(caCertFile, '--ca-cert-file') }),
    ...(tlsClientCertFile === undefined ? {} : { cert: readText(tlsClientCertFile, '--tls-client-cert-file') }),
    ...(tlsClientKeyFile === undefined ? {} : { key: readText(tlsClientKeyFile, '--tls-client-key-file') }),
  };
}

function readText(file: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${flag}: cannot read "${file}": ${fileProblem(error)}`);
  }
}
