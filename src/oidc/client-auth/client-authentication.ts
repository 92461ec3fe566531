/** A request to the token endpoint while it is put together. */
export interface TokenRequestDraft {
  readonly headers: [string, string][];
  readonly form: [string, string][];
}

/** How a client proves who it is at an endpoint of the provider. One file per method; `index.ts` lists them. */
export interface ClientAuthentication {
  /** As in `token_endpoint_auth_methods_supported`. */
  readonly method: string;
  readonly clientId: string;
  /** Adds what the method needs: a header or form fields. */
  apply(draft: TokenRequestDraft): void | Promise<void>;
}
