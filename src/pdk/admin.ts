/** A request to an Admin API endpoint that a plugin adds. */
export interface AdminRequest {
  /** Percent-decoded path parameters by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Its answer. `body: undefined` sends none. */
export interface AdminReply {
  readonly status: number;
  readonly body?: unknown;
  /** Default: `application/json; charset=utf-8`. */
  readonly contentType?: string;
}

/** One endpoint. `path` uses `:name` for a parameter; the Admin API decodes it, `%2F` included. */
export interface AdminEndpoint {
  readonly method: 'GET' | 'DELETE' | 'POST';
  readonly path: string;
  handle(request: AdminRequest): AdminReply | Promise<AdminReply>;
}
