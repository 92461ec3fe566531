import { Agent, request } from 'undici';
import { RemoteError } from './remote-error.ts';
import { UsageError } from './usage-error.ts';

const TIMEOUT_MS = 10_000;

/**
 * Gets a document from the Admin API of a running gateway, as text. Redirects are not followed.
 * @throws {UsageError} when `admin` is no URL
 * @throws {RemoteError} when there is no answer with status 200
 */
export async function fetchFromAdmin(admin: string, path: string, token: string | null): Promise<string> {
  const url = adminUrl(admin, path);
  // An agent of its own can be closed, so that no idle connection keeps the command from ending.
  const dispatcher = new Agent({ connections: 1 });
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { accept: 'application/json', ...(token === null ? {} : { 'kong-admin-token': token }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await body.text();
    if (statusCode === 200) return text;
    const hint = statusCode === 401 ? '; put the token into GW_ADMIN_TOKEN' : '';
    throw new RemoteError(`the Admin API at ${admin} answered ${statusCode} to ${path}${hint}`);
  } catch (error) {
    if (error instanceof RemoteError) throw error;
    throw new RemoteError(`no answer from the Admin API at ${admin}: ${reason(error)}`);
  } finally {
    await dispatcher.destroy();
  }
}

function adminUrl(admin: string, path: string): URL {
  const base = URL.canParse(admin) ? new URL(admin) : null;
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new UsageError(`"${admin}" is not an http or https URL`, 'for example --admin http://127.0.0.1:8001');
  }
  return new URL(base.pathname.replace(/\/$/, '') + path, base);
}

/** Names with several addresses fail with a list of reasons; one is enough. */
function reason(error: unknown): string {
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`;
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' ? 'connection refused; is gw running?' : (code ?? cause.message);
}
