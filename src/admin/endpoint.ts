import type { AdminReply, AdminRequest } from '../pdk/admin.ts';
import type { WriteRequest } from '../runtime/config-writer.ts';

/** A request as an endpoint of gw's own sees it: what plugins get, and the body. */
export interface AdminCall extends AdminRequest {
  /** The body as it came; `null` without one. */
  readonly body: Buffer | null;
  /** `Content-Type` as sent; empty when there is none. */
  readonly contentType: string;
  /** Who asks, for the audit line of a write. */
  readonly origin: WriteRequest;
  /** Whether the answer may hold literal secrets; else they leave as `[redacted]`. */
  readonly showsSecrets: boolean;
}

/** Methods that endpoints have; HEAD and OPTIONS come by themselves. */
export type AdminMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One endpoint of the Admin API. A plugin's `AdminEndpoint` is one too. */
export interface Endpoint {
  readonly method: AdminMethod;
  /** `:name` stands for one segment. */
  readonly path: string;
  handle(call: AdminCall): AdminReply | Promise<AdminReply>;
}

/** An endpoint refuses a request; the body goes out as it is. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly message: string };

  constructor(status: number, body: Readonly<Record<string, unknown>> & { readonly message: string }) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

/** Kong's answer to what does not exist. */
export function notFound(): AdminError {
  return new AdminError(404, { message: 'Not found' });
}
