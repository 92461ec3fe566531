import { RemoteError } from './remote-error.ts';
import { UsageError } from './usage-error.ts';

const TIMEOUT_MS = 10_000;

/**
 * Gets a document from the Admin API of a running gateway, as text.
 * @throws {UsageError} when `admin` is no URL
 * @throws {RemoteError} when there is no answer with status 200
 */
export async function fetchFromAdmin(admin: string, path: string, token: string | null): Promise<string> {
  const url = adminUrl(admin, path);
  let response: Response;
  let body: string;
  try {
    response = await fetch(url, {
      headers: { accept: 'application/json', ...(token === null ? {} : { 'kong-admin-token': token }) },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    body = await response.text();
  } catch (error) {
    throw new RemoteError(`no answer from the Admin API at ${admin}: ${reason(error)}`);
  }
  if (response.status === 200) return body;
  const hint = response.status === 401 ? '; put the token into GW_ADMIN_TOKEN' : '';
  throw new RemoteError(`the Admin API at ${admin} answered ${response.status} to ${path}${hint}`);
}

function adminUrl(admin: string, path: string): URL {
  const base = URL.canParse(admin) ? new URL(admin) : null;
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new UsageError(`"${admin}" is not an http or https URL`, 'for example --admin http://127.0.0.1:8001');
  }
  return new URL(base.pathname.replace(/\/$/, '') + path, base);
}

/** `fetch` hides the reason in the cause; names with several addresses have a list of them. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`;
  const cause = error.cause instanceof AggregateError ? (error.cause.errors[0] as unknown) : error.cause;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'connection refused; is gw running?';
  return code ?? (cause instanceof Error ? cause.message : error.message);
}
